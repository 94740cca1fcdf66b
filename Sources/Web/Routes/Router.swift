/// A path with its handlers, by method.
struct Route: Sendable {
  /// `/api/status/{job_id}`; a last `{name...}` takes all that is left.
  let pattern: String
  let endpoints: [HTTPMethod: Endpoint]
  private let segments: [Segment]

  private enum Segment: Sendable {
    case literal(String)
    case parameter(String)
    case rest(String)
  }

  init(_ pattern: String, _ endpoints: [HTTPMethod: Endpoint]) {
    self.pattern = pattern
    self.endpoints = endpoints
    segments = pattern.split(separator: "/").map { segment in
      guard segment.hasPrefix("{"), segment.hasSuffix("}") else { return .literal(String(segment)) }
      let name = segment.dropFirst().dropLast()
      return name.hasSuffix("...") ? .rest(String(name.dropLast(3))) : .parameter(String(name))
    }
  }

  /// The parameters of a path; `nil` when it is another's.
  func match(_ path: [String]) -> [String: String]? {
    var parameters: [String: String] = [:]
    for (index, segment) in segments.enumerated() {
      switch segment {
      case .rest(let name):
        guard index < path.count else { return nil }
        parameters[name] = path[index...].joined(separator: "/")
        return parameters
      case .literal(let text):
        guard index < path.count, path[index] == text else { return nil }
      case .parameter(let name):
        guard index < path.count, !path[index].isEmpty else { return nil }
        parameters[name] = path[index]
      }
    }
    return segments.count == path.count ? parameters : nil
  }

  /// The supported methods, in a fixed order.
  var allowed: [String] {
    var methods: [HTTPMethod] = [.get, .head, .post, .delete].filter { endpoints[$0] != nil }
    if endpoints[.get] != nil, endpoints[.head] == nil { methods.insert(.head, at: 1) }
    return methods.map(\.name)
  }
}

/// Finds the handler of a request.
struct Router: Sendable {
  let routes: [Route]

  /// - Throws: `Problem` 404 for a path that is not known, 405 for a method that is not.
  func endpoint(
    for method: HTTPMethod, _ path: [String]
  ) throws(Problem) -> (route: Route, endpoint: Endpoint, parameters: [String: String]) {
    for route in routes {
      guard let parameters = route.match(path) else { continue }
      let endpoint = route.endpoints[method] ?? (method == .head ? route.endpoints[.get] : nil)
      guard let endpoint else { throw .notAllowed(route.allowed) }
      return (route, endpoint, parameters)
    }
    throw .notFound()
  }
}

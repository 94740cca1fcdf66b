/// A request's method.
enum HTTPMethod: Sendable, Hashable {
  case get, head, post, delete
  case other(String)

  init(_ name: String) {
    self =
      switch name {
      case "GET": .get
      case "HEAD": .head
      case "POST": .post
      case "DELETE": .delete
      default: .other(name)
      }
  }

  var name: String {
    switch self {
    case .get: "GET"
    case .head: "HEAD"
    case .post: "POST"
    case .delete: "DELETE"
    case .other(let name): name
    }
  }

  /// Whether it changes nothing (RFC 9110, 9.2.1).
  var isSafe: Bool {
    switch self {
    case .get, .head: true
    case .post, .delete: false
    case .other(let name): name == "OPTIONS" || name == "TRACE"
    }
  }
}

/// A request's header fields, by lower-case name.
struct HTTPFields: Sendable {
  private(set) var all: [(name: String, value: String)] = []

  mutating func add(_ name: String, _ value: String) { all.append((name.lowercased(), value)) }

  /// The first field of a name, given in lower case.
  subscript(name: String) -> String? { all.first { $0.name == name }?.value }

  /// All fields of a name, given in lower case.
  func values(_ name: String) -> [String] { all.lazy.filter { $0.name == name }.map(\.value) }

  /// Bytes that they took on the wire, separators included.
  var byteCount: Int { all.reduce(0) { $0 + $1.name.utf8.count + $1.value.utf8.count + 4 } }
}

/// A request up to its body.
struct RequestHead: Sendable {
  /// The id that the log and a problem bear.
  let id: String
  let method: HTTPMethod
  /// As it was sent.
  let rawTarget: String
  let fields: HTTPFields
  /// The client's address in numbers.
  let client: String
  /// Whether it came over TLS.
  let isSecure: Bool
}

/// A request as a route gets it.
struct HTTPRequest: Sendable {
  let head: RequestHead
  let target: RequestTarget
  /// The parts of the path that the route has names for.
  let parameters: [String: String]
  /// The body, once it is there.
  var body = RequestBody.none

  /// A parameter of the path; empty when the route has none of that name.
  func parameter(_ name: String) -> String { parameters[name] ?? "" }
}

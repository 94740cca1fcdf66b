/// The base path: the path under which clients see the server, when a proxy maps it into a larger site.
///
/// Requests are answered with and without the base path, because some proxies strip it and some clients bypass the
/// proxy. Addresses that the server sends always include it.
public struct BasePath: Sendable, Hashable {
  /// The server has the whole site.
  public static let none = BasePath(segments: [])

  let segments: [String]

  private init(segments: [String]) { self.segments = segments }

  /// Reads `/derm` or `/clinic/derm`; `/` is the whole site.
  ///
  /// - Returns: `nil` for a path that does not begin with `/`, has an empty segment, `.` or `..`, or other characters than
  ///   letters, digits, `-`, `.`, `_` and `~` of ASCII (RFC 3986, 2.3): what every proxy passes on as it is.
  public init?(_ text: String) {
    guard text.hasPrefix("/") else { return nil }
    var segments = text.dropFirst().split(separator: "/", omittingEmptySubsequences: false).map(String.init)
    // A slash at the end says the same.
    if segments.last == "" { segments.removeLast() }
    let isPlain = segments.allSatisfy { segment in
      !segment.isEmpty && segment != "." && segment != ".." && segment.asPathSegment == segment
    }
    guard isPlain else { return nil }
    self.segments = segments
  }

  /// Without a slash at its end; empty for the whole site.
  public var text: String { segments.map { "/" + $0 }.joined() }

  /// The address of one of the server's own paths, which begins with `/`.
  func address(_ path: String) -> String { text + path }

  /// The server's own path that a request's path means.
  func below(_ path: [String]) -> [String] {
    guard path.count > segments.count, path.starts(with: segments) else { return path }
    let rest = Array(path.dropFirst(segments.count))
    return rest == [""] ? [] : rest
  }
}

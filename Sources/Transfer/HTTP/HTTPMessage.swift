/// What is asked of a server.
public struct ClientRequest: Sendable, Hashable {
  /// The method.
  public enum Method: Sendable, Hashable {
    /// The answer with its body.
    case get
    /// The head alone.
    case head
    /// A body is sent, and the answer's body wanted. Never redirected.
    case post([UInt8])
  }

  /// An absolute http or https address.
  public var url: String
  /// The method.
  public var method: Method
  /// Names and values besides those that every request has.
  public var headers: [String: String]
  /// Hosts that may see the authorization too when a redirect leads there by https.
  public var trustedHosts: Set<String>
  /// Whether the receiver also gets the body of an answer that is no success, which may say why.
  public var wantsRefusals = false
  /// Whether no proxy stands between, whatever the environment says.
  public var bypassesProxies = false

  /// A request.
  public init(
    _ url: String, method: Method = .get, headers: [String: String] = [:], trustedHosts: Set<String> = []
  ) {
    self.url = url
    self.method = method
    self.headers = headers
    self.trustedHosts = trustedHosts
  }
}

/// How a server answered, without the body.
public struct ClientResponse: Sendable, Hashable {
  /// The address that answered.
  public var url: String
  /// The status, for example 200.
  public var status: Int
  var fields: [String: String] = [:]

  /// A header's value, by its name in any case.
  public func header(_ name: String) -> String? { fields[name.lowercased()] }

  /// The body's length according to the server; `nil` when it does not state one.
  public var contentLength: Int64? { header("content-length").flatMap { Int64($0) }.flatMap { $0 < 0 ? nil : $0 } }

  /// Whether the server answered with what was asked for.
  public var isSuccess: Bool { (200...299).contains(status) }

  /// Whether the server names another address.
  public var isRedirect: Bool { [301, 302, 303, 307, 308].contains(status) }

  /// Parses a line of the response's head; a status line resets it.
  mutating func take(headLine line: String) {
    if line.hasPrefix("HTTP/") {
      let words = line.split(separator: " ", maxSplits: 2)
      status = words.count > 1 ? Int(words[1]) ?? 0 : 0
      fields = [:]
    } else if let colon = line.firstIndex(of: ":") {
      let value = line[line.index(after: colon)...].drop { $0 == " " || $0 == "\t" }
      fields[line[..<colon].lowercased()] = String(value)
    }
  }
}

/// The bytes that a 206 answer holds: `bytes first-last/total`.
struct ContentRange: Equatable {
  var first: Int64
  var last: Int64
  var total: Int64?

  init?(_ text: String) {
    let words = text.split(separator: " ")
    guard words.count == 2, words[0].lowercased() == "bytes" else { return nil }
    let parts = words[1].split(separator: "/")
    let ends = parts.first?.split(separator: "-").compactMap { Int64($0) } ?? []
    guard parts.count == 2, ends.count == 2, ends[0] >= 0, ends[0] <= ends[1] else { return nil }
    (first, last, total) = (ends[0], ends[1], Int64(parts[1]))
  }
}

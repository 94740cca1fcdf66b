/// The handler of a request.
struct Endpoint: Sendable {
  /// How the response is produced.
  enum Work: Sendable {
    /// At once, from memory, on the connection's thread.
    case immediate(@Sendable (HTTPRequest) throws -> HTTPResponse)
    /// On Swift's pool, while the connection is suspended. The task is cancelled when the client leaves.
    case deferred(@Sendable (HTTPRequest) async throws -> HTTPResponse)
  }

  /// What body it takes.
  enum Body: Sendable {
    case none
    /// One of these, by the request's media type.
    case accepted([BodyKind])

    /// Whether it may be JSON with a picture.
    var isMessage: Bool { if case .accepted(let kinds) = self { kinds.contains(.message) } else { false } }
  }

  enum BodyKind: Sendable, Equatable {
    case json
    case form
    /// JSON that may hold a picture.
    case message
  }

  var body = Body.none
  /// Whether it may be used without the token.
  var isOpen = false
  var work: Work

  static func now(open: Bool = false, _ work: @escaping @Sendable (HTTPRequest) throws -> HTTPResponse) -> Endpoint {
    Endpoint(isOpen: open, work: .immediate(work))
  }

  static func later(
    _ body: Body = .none, open: Bool = false, _ work: @escaping @Sendable (HTTPRequest) async throws -> HTTPResponse
  ) -> Endpoint {
    Endpoint(body: body, isOpen: open, work: .deferred(work))
  }
}

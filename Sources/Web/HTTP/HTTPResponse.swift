/// A response, before it is adapted to what the request allows.
struct HTTPResponse: Sendable {
  /// What is sent.
  enum Body: Sendable {
    case empty
    case bytes([UInt8])
    /// Bytes that are sent often, with their compressed form.
    case content(StaticContent)
    /// A file, or a range of it.
    case file(FileContent)
    /// Server-sent events after a number.
    case events(EventFeed, after: Int)
  }

  var status: Int
  var fields: [(name: String, value: String)] = []
  var body = Body.empty
  /// With quotation marks; answers `If-None-Match` and `If-Range`.
  var entityTag: String?
  /// Whether a range of it may be asked for.
  var acceptsRanges = false
  /// Whether it may be compressed on the way.
  var isCompressible = false
  /// The body as gzip, where it was compressed beforehand.
  var compressed: [UInt8]?
  /// Whether the connection ends with it.
  var closes = false

  /// What tells its bytes, as they are uncompressed, from others.
  var tag: String? {
    switch body {
    case .content(let content): content.entityTag
    case .file(let file): file.entityTag
    case .empty, .bytes, .events: entityTag
    }
  }

  init(_ status: Int, body: Body = .empty) {
    self.status = status
    self.body = body
  }

  /// The same with another field.
  func with(_ name: String, _ value: String) -> HTTPResponse {
    var copy = self
    copy.fields.append((name, value))
    return copy
  }

  /// A document of JSON.
  static func json(_ text: String, status: Int = 200) -> HTTPResponse {
    json(Array(text.utf8), status: status)
  }

  /// A document of JSON.
  static func json(_ bytes: [UInt8], status: Int = 200) -> HTTPResponse {
    var response = HTTPResponse(status, body: .bytes(bytes)).with("Content-Type", "application/json")
    response.isCompressible = true
    return response
  }

  /// A picture that was made here.
  static func picture(_ bytes: [UInt8], type: String, entityTag: String) -> HTTPResponse {
    var response = HTTPResponse(200, body: .bytes(bytes)).with("Content-Type", type)
    response.entityTag = entityTag
    response.acceptsRanges = true
    return response
  }
}

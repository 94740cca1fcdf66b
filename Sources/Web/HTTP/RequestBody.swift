/// A request's body, complete.
enum RequestBody: Sendable {
  case none
  case bytes([UInt8])
  case form(MultipartForm)
}

/// Takes a body piece by piece and never holds more than its limit.
enum BodyIntake {
  /// There should be none.
  case nothing
  /// All bytes, up to a limit.
  case bytes([UInt8], limit: Int)
  /// The fields of a form. The closure is called once at its end, whatever the end is.
  case form(MultipartParser)

  /// Takes the next bytes.
  ///
  /// - Throws: `Problem` for what cannot become a body any more.
  mutating func take(_ bytes: UnsafeRawBufferPointer) throws(Problem) {
    switch self {
    case .nothing: throw .tooLarge(limit: 0)
    case .bytes(var held, let limit):
      self = .nothing  // So that the array is not copied.
      guard held.count + bytes.count <= limit else { throw .tooLarge(limit: limit) }
      held.append(contentsOf: bytes)
      self = .bytes(held, limit: limit)
    case .form(var parser):
      self = .nothing
      try parser.take(bytes)
      self = .form(parser)
    }
  }

  /// The body.
  ///
  /// - Throws: `Problem` for a form that is not complete.
  func finish() throws(Problem) -> RequestBody {
    switch self {
    case .nothing: .none
    case .bytes(let bytes, _): .bytes(bytes)
    case .form(let parser): .form(try parser.finish())
    }
  }

  /// Bytes that are accepted at most.
  var limit: Int {
    switch self {
    case .nothing: 0
    case .bytes(_, let limit): limit
    case .form(let parser): parser.limits.bodyBytes
    }
  }
}

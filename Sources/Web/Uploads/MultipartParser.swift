/// Reads `multipart/form-data` as it arrives (RFC 2046, 5.1; RFC 7578), strictly, and never holds more than its limits.
struct MultipartParser: Sendable {
  private enum Place {
    /// Before the first boundary. The stream is treated as if it began with a line break, so that all boundaries look
    /// alike.
    case preamble
    /// Right after a boundary: a line break, or two hyphens for the last one.
    case afterBoundary
    case header
    case content
    /// After the last boundary; the rest is ignored.
    case epilogue
  }

  let limits: MultipartLimits
  /// A line break, two hyphens and the boundary.
  private let delimiter: [UInt8]
  private var place = Place.preamble
  private var form = MultipartForm()
  /// What has arrived and not been read.
  private var pending: [UInt8] = [0x0D, 0x0A]
  private var received = 0

  /// - Parameter type: the field `Content-Type`, with its boundary.
  /// - Throws: `Problem` for a boundary that is missing or impossible.
  init(type: MediaType, limits: MultipartLimits) throws(Problem) {
    guard let boundary = type.parameters["boundary"], (1...limits.boundaryBytes).contains(boundary.utf8.count),
      boundary.utf8.allSatisfy({ $0 >= 0x20 && $0 < 0x7F }), !boundary.hasSuffix(" ")
    else { throw .badRequest("The form's Content-Type has no usable boundary.") }
    self.limits = limits
    delimiter = Array("\r\n--\(boundary)".utf8)
  }

  /// Takes the next bytes.
  ///
  /// - Throws: `Problem` for what is no form, or too large.
  mutating func take(_ bytes: some Collection<UInt8>) throws(Problem) {
    received += bytes.count
    guard received <= limits.bodyBytes else { throw .tooLarge(limit: limits.bodyBytes) }
    if case .epilogue = place { return }
    pending.append(contentsOf: bytes)
    while try step() {}
  }

  /// The form, once all has arrived.
  ///
  /// - Throws: `Problem` when the last boundary is missing.
  func finish() throws(Problem) -> MultipartForm {
    guard case .epilogue = place else { throw Self.malformed("it ends before its last boundary") }
    return form
  }

  /// Reads on; `false` when more bytes are needed.
  private mutating func step() throws(Problem) -> Bool {
    switch place {
    case .preamble:
      guard let found = pending.firstRange(of: delimiter) else {
        guard pending.count <= limits.headerBytes else { throw Self.malformed("its first boundary is missing") }
        return false
      }
      pending.removeSubrange(..<found.upperBound)
      place = .afterBoundary
    case .afterBoundary:
      guard pending.count >= 2 else { return false }
      if pending.starts(with: [0x2D, 0x2D]) {
        pending = []
        place = .epilogue
        return false
      }
      // White space may stand between a boundary and the line's end.
      let padding = pending.prefix { $0 == 0x20 || $0 == 0x09 }.count
      guard padding <= limits.boundaryBytes else { throw Self.malformed("a boundary does not end its line") }
      guard pending.count >= padding + 2 else { return false }
      guard pending.dropFirst(padding).starts(with: [0x0D, 0x0A]) else {
        throw Self.malformed("a boundary does not end its line")
      }
      pending.removeSubrange(..<(padding + 2))
      guard form.parts.count < limits.parts else { throw Self.malformed("it has more than \(limits.parts) parts") }
      place = .header
    case .header:
      let end = Array("\r\n\r\n".utf8)
      guard let found = pending.firstRange(of: end) else {
        guard pending.count <= limits.headerBytes else { throw Self.malformed("a part's header is too long") }
        return false
      }
      guard found.lowerBound <= limits.headerBytes else { throw Self.malformed("a part's header is too long") }
      form.parts.append(try Self.part(Array(pending[..<found.lowerBound])))
      pending.removeSubrange(..<found.upperBound)
      place = .content
    case .content:
      guard let index = form.parts.indices.last else { throw Self.malformed("it has no part") }
      if let found = pending.firstRange(of: delimiter) {
        form.parts[index].bytes.append(contentsOf: pending[..<found.lowerBound])
        pending.removeSubrange(..<found.upperBound)
        place = .afterBoundary
        return true
      }
      // What could be the beginning of a boundary stays.
      let certain = max(pending.count - delimiter.count + 1, 0)
      form.parts[index].bytes.append(contentsOf: pending[..<certain])
      pending.removeSubrange(..<certain)
      return false
    case .epilogue:
      return false
    }
    return true
  }

  private static func part(_ header: [UInt8]) throws(Problem) -> MultipartForm.Part {
    guard let text = String(validating: header, as: UTF8.self) else { throw malformed("a part's header is not UTF-8") }
    var disposition: MediaType?
    var type: String?
    for line in text.split(separator: "\r\n", omittingEmptySubsequences: true) {
      guard let colon = line.firstIndex(of: ":") else { throw malformed("a line of a part's header has no colon") }
      let value = line[line.index(after: colon)...].trimmed
      switch line[..<colon].lowercased() {
      case "content-disposition": disposition = MediaType(value)
      case "content-type": type = value
      default: break
      }
    }
    guard let disposition, disposition.name == "form-data", let name = disposition.parameters["name"] else {
      throw malformed("a part has no name")
    }
    return MultipartForm.Part(name: name, fileName: disposition.parameters["filename"], type: type, bytes: [])
  }

  private static func malformed(_ reason: String) -> Problem {
    Problem(400, "malformed_form", "Bad request", "The form cannot be read: \(reason).")
  }
}

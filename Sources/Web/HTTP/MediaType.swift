/// A media type, or another value with parameters: `multipart/form-data; boundary="x"` (RFC 9110, 5.6.6).
struct MediaType: Sendable, Hashable {
  /// Lower case.
  let name: String
  /// By lower-case name.
  let parameters: [String: String]

  init(_ text: some StringProtocol) {
    var pieces: [String] = [""]
    var isQuoted = false
    var isEscaped = false
    for character in text {
      if isEscaped {
        pieces[pieces.count - 1].append(character)
        isEscaped = false
      } else if isQuoted, character == "\\" {
        isEscaped = true
      } else if character == "\"" {
        isQuoted.toggle()
      } else if character == ";", !isQuoted {
        pieces.append("")
      } else {
        pieces[pieces.count - 1].append(character)
      }
    }
    name = (pieces.first ?? "").trimmed.lowercased()
    var parameters: [String: String] = [:]
    for piece in pieces.dropFirst() {
      let sides = piece.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      guard sides.count == 2 else { continue }
      let key = sides[0].trimmed.lowercased()
      if parameters[key] == nil { parameters[key] = sides[1].trimmed }
    }
    self.parameters = parameters
  }
}

/// A special token that a model spelled out in its text instead of emitting it as a token.
struct LeakedToken: Sendable, Hashable {
  enum Kind: Sendable, Hashable {
    /// `<think>` and its like.
    case opensThought
    /// `</think>` and its like.
    case closesThought
    /// `<unused94>` or `<|channel>`, with which thinking is opened when "thought" follows.
    case mayOpenThought
    /// `<unused95>` or `<channel|>`, with which it is closed.
    case mayCloseThought
    /// After it another speaker's turn would come.
    case endsTurn
    /// Any other.
    case other
  }

  var kind: Kind
  /// Its place among the text's scalars.
  var range: Range<Int>

  /// A special token proper, rather than one of the plain tags that thinking is wrapped in.
  var isSpecial: Bool { kind != .opensThought && kind != .closesThought }

  /// The most scalars that stand between the brackets of a token.
  static let longestName = 40

  /// All leaked tokens of a text, in order, in linear time.
  static func all(in scalars: [Unicode.Scalar]) -> [LeakedToken] {
    var tokens: [LeakedToken] = []
    var index = 0
    while index < scalars.count {
      if let token = match(in: scalars, at: index) {
        tokens.append(token)
        index = token.range.upperBound
      } else {
        index += 1
      }
    }
    return tokens
  }

  /// The token that begins at a place, if one does.
  static func match(in scalars: [Unicode.Scalar], at start: Int) -> LeakedToken? {
    guard start < scalars.count else { return nil }
    let closing: Unicode.Scalar
    switch scalars[start] {
    case "<": closing = ">"
    case "[": closing = "]"
    default: return nil
    }
    var name = ""
    var index = start + 1
    // Llama 2 doubles the brackets of one token: <<SYS>>.
    let isDoubled = index < scalars.count && closing == ">" && scalars[index] == "<"
    if isDoubled { index += 1 }
    let limit = min(scalars.count, index + longestName + 1)
    while index < limit, scalars[index] != closing {
      if scalars[index].isBlank || scalars[index] == "<" || scalars[index] == "[" { return nil }
      name.unicodeScalars.append(scalars[index])
      index += 1
    }
    guard index < limit else { return nil }
    index += 1
    name = name.lowercased()
    if isDoubled {
      guard index < scalars.count, scalars[index] == ">", doubled.contains(name) else { return nil }
      return LeakedToken(kind: .other, range: start..<index + 1)
    }
    guard let kind = closing == "]" ? (square.contains(name) ? .other : nil) : kind(ofAngled: name) else { return nil }
    return LeakedToken(kind: kind, range: start..<index + roleLength(after: name, in: scalars, at: index))
  }

  /// How long the speaker's name is that belongs to the beginning of a turn ("<start_of_turn>model").
  private static func roleLength(after name: String, in scalars: [Unicode.Scalar], at index: Int) -> Int {
    guard turnBeginnings.contains(name) else { return 0 }
    let word = scalars[index...].prefix(longestName).prefix { $0.isLetterOrDigit }
    return roles.contains(String(scalars: word)) ? word.count : 0
  }

  private static let turnBeginnings: Set<String> = ["start_of_turn", "|im_start|", "|turn"]
  private static let roles: Set<String> = ["model", "user", "assistant", "system"]

  private static func kind(ofAngled name: String) -> Kind? {
    if let kind = angled[name] { return kind }
    if name.hasPrefix("unused") {
      return name.utf8.count > 6 && name.utf8.dropFirst(6).allSatisfy { (48...57).contains($0) } ? .other : nil
    }
    if name.hasPrefix("0x"), name.utf8.count == 4 { return .other }  // a byte of SentencePiece's fallback
    let bars: Set<Unicode.Scalar> = ["|", "\u{FF5C}"]
    guard let first = name.unicodeScalars.first, let last = name.unicodeScalars.last else { return nil }
    guard bars.contains(first) || bars.contains(last) else { return nil }
    let inner = name.unicodeScalars.filter { $0.isLetterOrDigit }
    guard !inner.isEmpty else { return nil }
    let word = String(scalars: inner)
    return ["imend", "endoftext", "eotid", "end", "endofturn", "endofsentence"].contains(word) ? .endsTurn : .other
  }

  private static let angled: [String: Kind] = [
    "think": .opensThought, "thinking": .opensThought, "thought": .opensThought, "reasoning": .opensThought,
    "/think": .closesThought, "/thinking": .closesThought, "/thought": .closesThought, "/reasoning": .closesThought,
    "unused94": .mayOpenThought, "unused95": .mayCloseThought,
    "|\"|": .other, "|channel": .mayOpenThought, "channel|": .mayCloseThought, "turn|": .endsTurn,
    "end_of_turn": .endsTurn, "eos": .endsTurn, "/s": .endsTurn,
    "start_of_turn": .other, "bos": .other, "pad": .other, "unk": .other, "mask": .other, "s": .other,
    "start_of_image": .other, "end_of_image": .other, "image_soft_token": .other, "image": .other,
    "__media__": .other, "media": .other,
  ]
  private static let square: Set<String> = ["inst", "/inst", "multimodal"]
  private static let doubled: Set<String> = ["sys", "/sys"]
}

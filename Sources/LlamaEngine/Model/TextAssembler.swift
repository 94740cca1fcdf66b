/// Puts tokens' bytes together and hands out whole characters only.
struct TextAssembler {
  private var held: [UInt8] = []
  /// Everything handed out so far.
  private(set) var text = ""

  /// Takes a token's bytes and gives the text that is complete with them; may be empty.
  mutating func take(_ bytes: [UInt8]) -> String {
    held.append(contentsOf: bytes)
    let complete = held.count - incompleteTail
    guard complete > 0 else { return "" }
    let piece = String(decoding: held.prefix(complete), as: UTF8.self)
    held.removeFirst(complete)
    text += piece
    return piece
  }

  /// Gives what is held back, with U+FFFD where a character never became whole.
  mutating func finish() -> String {
    let piece = String(decoding: held, as: UTF8.self)
    held.removeAll()
    text += piece
    return piece
  }

  /// How many of the last bytes begin a character that is not complete.
  private var incompleteTail: Int {
    for back in 1...3 where back <= held.count {
      let byte = held[held.count - back]
      if byte & 0b1100_0000 == 0b1000_0000 { continue }
      let length = byte >= 0xF0 ? 4 : byte >= 0xE0 ? 3 : byte >= 0xC0 ? 2 : 1
      return length > back ? back : 0
    }
    return 0
  }
}

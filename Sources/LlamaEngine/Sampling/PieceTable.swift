import CLlama
import VisionLanguage

/// The bytes of every token, and the tokens that an answer held to words can have at all.
///
/// llama.cpp tries a grammar on every token of the vocabulary, which takes longer than a small model takes to compute one. Only a few hundred
/// are made of bytes that follow each other in the words; no grammar of these words allows any of the others.
final class PieceTable {
  /// Room for as many tokens as there are.
  let candidates: CandidateBuffer
  /// The pieces' bytes, one after another.
  private var bytes: [UInt8] = []
  /// Where each piece ends.
  private var ends: [Int] = []
  /// Tokens of the words that were asked for last.
  private var found: [AnswerConstraint: [llama_token]] = [:]

  /// More words than a protocol has questions.
  private static let most = 64

  /// - Parameter vocabulary: the model's, or `nil` for none.
  init(_ vocabulary: OpaquePointer?) {
    let count = vocabulary.map { max(0, llama_vocab_n_tokens($0)) } ?? 0
    candidates = CandidateBuffer(capacity: Int(count))
    ends.reserveCapacity(Int(count))
    var piece = [CChar](repeating: 0, count: 256)
    for token in 0..<count {
      var length = llama_token_to_piece(vocabulary, token, &piece, Int32(piece.count), 0, true)
      if length < 0, length > Int32.min {
        piece = [CChar](repeating: 0, count: Int(-length))
        length = llama_token_to_piece(vocabulary, token, &piece, Int32(piece.count), 0, true)
      }
      for place in 0..<max(0, Int(length)) { bytes.append(UInt8(bitPattern: piece[place])) }
      ends.append(bytes.count)
    }
  }

  /// Every token that can be in an answer held to these words, and those that end it, in the vocabulary's order.
  func tokens(of constraint: AnswerConstraint, endingWith isEnd: (llama_token) -> Bool) -> [llama_token] {
    if let known = found[constraint] { return known }
    var follows = [Bool](repeating: false, count: 1 << 16)
    var occurs = [Bool](repeating: false, count: 1 << 8)
    for part in constraint.parts {
      var last: UInt8?
      for byte in part.utf8 {
        occurs[Int(byte)] = true
        if let last { follows[Int(last) << 8 | Int(byte)] = true }
        last = byte
      }
    }
    var tokens: [llama_token] = []
    var start = 0
    for (token, end) in ends.enumerated() {
      defer { start = end }
      let number = llama_token(clamping: token)
      if isEnd(number) || isMadeOf(start..<end, occurs, follows) { tokens.append(number) }
    }
    if found.count >= Self.most { found.removeAll() }
    found[constraint] = tokens
    return tokens
  }

  private func isMadeOf(_ range: Range<Int>, _ occurs: [Bool], _ follows: [Bool]) -> Bool {
    guard let first = range.first, occurs[Int(bytes[first])] else { return false }
    for place in range.dropFirst() where !follows[Int(bytes[place - 1]) << 8 | Int(bytes[place])] { return false }
    return true
  }
}

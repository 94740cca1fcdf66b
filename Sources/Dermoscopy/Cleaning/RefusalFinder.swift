/// Finds refusal phrases, as whole words, in any case and with any apostrophe.
struct RefusalFinder: Sendable {
  private let phrases: [String: [[String]]]

  init(_ refusals: [String]) {
    var phrases: [String: [[String]]] = [:]
    for refusal in refusals {
      let words = Wording(refusal).words.map(\.text)
      guard let first = words.first else { continue }
      phrases[first, default: []].append(words)
    }
    self.phrases = phrases
  }

  func isRefusal(_ text: String) -> Bool {
    guard !phrases.isEmpty else { return false }
    let words = Wording(text).words.map(\.text)
    return words.indices.contains { index in
      (phrases[words[index]] ?? []).contains { words[index...].starts(with: $0) }
    }
  }
}

/// Finds words of a list, as whole words in any case; an entry may be several words.
struct WordFinder: Sendable {
  private let lexicon: Lexicon<Bool>

  init(_ words: [String]) { lexicon = Lexicon(words.map { (wording: $0, meaning: true) }) }

  func isAnyIn(_ text: String) -> Bool {
    let words = Wording(text).words
    return words.indices.contains { lexicon.match(in: words, at: $0) != nil }
  }
}

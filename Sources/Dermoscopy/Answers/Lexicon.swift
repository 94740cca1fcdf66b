/// Words and phrases with what each means.
struct Lexicon<Meaning: Sendable & Hashable>: Sendable {
  private struct Phrase: Sendable {
    var stems: [String]
    var meaning: Meaning
  }

  /// By first word, the longest phrase first.
  private var phrases: [String: [Phrase]] = [:]

  /// A lexicon; of two entries with the same words the earlier one counts.
  init(_ entries: [(wording: String, meaning: Meaning)]) {
    var known: Set<[String]> = []
    for entry in entries {
      let stems = Wording(entry.wording).words.map(\.stem)
      guard let first = stems.first, known.insert(stems).inserted else { continue }
      phrases[first, default: []].append(Phrase(stems: stems, meaning: entry.meaning))
    }
    phrases = phrases.mapValues { $0.sorted { $0.stems.count > $1.stems.count } }
  }

  /// The longest phrase that begins at a word, joined by nothing firmer than a slash ("blue/gray" is "blue-gray").
  func match(in words: [Wording.Word], at index: Int) -> (count: Int, meaning: Meaning)? {
    guard index < words.count else { return nil }
    for phrase in phrases[words[index].stem] ?? [] where index + phrase.stems.count <= words.count {
      let isSaid = phrase.stems.indices.dropFirst().allSatisfy { offset in
        words[index + offset].stem == phrase.stems[offset] && words[index + offset].separator <= .slash
      }
      if isSaid { return (phrase.stems.count, phrase.meaning) }
    }
    return nil
  }

  /// What "light" means in "light and dark brown": a pair's first word, whose second follows with the next pair.
  func elided(in words: [Wording.Word], at index: Int) -> Meaning? {
    guard let pairs = phrases[words[index].stem]?.filter({ $0.stems.count == 2 }), !pairs.isEmpty else { return nil }
    var next = index + 1
    guard next < words.count, words[next].separator <= .comma else { return nil }
    if Grammar.joining.contains(words[next].text) {
      next += 1
    } else if words[next].separator < .slash {
      return nil
    }
    guard let full = match(in: words, at: next), full.count == 2, next + 1 < words.count else { return nil }
    return pairs.first { $0.stems[1] == words[next + 1].stem }?.meaning
  }
}

/// What a text says about the words of a lexicon, and what of it the text denies.
///
/// Denials reach as far as a reader would take them: "no dots or globules, but streaks" denies two of three, "dots and
/// globules are not visible" both. The rules are in `Negations`.
struct Statements<Meaning: Sendable & Hashable>: Sendable {
  /// A place where one of the lexicon's phrases stands.
  struct Mention: Sendable {
    var meaning: Meaning
    /// Its words.
    var range: Range<Int>
    /// The text says that this is not so.
    var isDenied = false
    /// The text says that it cannot tell.
    var isDoubted = false
    /// It is in a question.
    var isAsked = false

    /// Neither denied nor doubted.
    var isAffirmed: Bool { !isDenied && !isDoubted }
  }

  let words: [Wording.Word]
  let roles: [Roles]
  private(set) var mentions: [Mention] = []

  /// Reads a text.
  ///
  /// - Parameter denialCrossesCommas: whether "no dots, globules" denies both, as in lists; else a comma ends a denial
  ///   ("not round, oval") unless "or" follows.
  init(_ text: String, lexicon: Lexicon<Meaning>, denialCrossesCommas: Bool) {
    self.init(words: Wording(text).words, lexicon: lexicon, denialCrossesCommas: denialCrossesCommas)
  }

  /// Reads the statements in a sequence of words.
  init(words: [Wording.Word], lexicon: Lexicon<Meaning>, denialCrossesCommas: Bool) {
    self.words = words
    roles = Roles.all(in: words)
    var index = 0
    while index < words.count {
      if let (count, meaning) = lexicon.match(in: words, at: index) {
        mentions.append(Mention(meaning: meaning, range: index..<index + count, isAsked: words[index].isAsked))
        index += count
      } else {
        if let meaning = lexicon.elided(in: words, at: index) {
          mentions.append(Mention(meaning: meaning, range: index..<index + 1, isAsked: words[index].isAsked))
        }
        index += 1
      }
    }
    let negations = Negations(
      words: words, roles: roles, mentions: mentions.map(\.range), crossesCommas: denialCrossesCommas)
    for index in mentions.indices {
      mentions[index].isDenied = negations.isDenied[index]
      mentions[index].isDoubted = negations.isDoubted[index]
    }
  }

  /// How two neighbouring mentions are joined.
  enum Bond { case none, list, alternative }

  /// How a mention is joined to the one before it: by nothing but a comma or "and", or by an "or" that leaves both open.
  func bond(before index: Int) -> Bond {
    guard index > 0, index < mentions.count else { return .none }
    let before = mentions[index - 1]
    let mention = mentions[index]
    guard before.isAffirmed, mention.isAffirmed, before.range.upperBound <= mention.range.lowerBound else {
      return .none
    }
    var bond = Bond.list
    for word in before.range.upperBound...mention.range.lowerBound {
      if words[word].separator > .comma { return .none }
      if words[word].separator == .slash { bond = .alternative }
      guard word < mention.range.lowerBound else { break }
      if Grammar.wavering.contains(words[word].stem) {
        bond = .alternative
      } else if !Grammar.filling.contains(words[word].stem) {
        return .none
      }
    }
    return bond
  }

  /// The mentions in groups whose members are joined by commas, "and" or "or", with whether an "or" is among these.
  var groups: [(mentions: [Mention], isAlternative: Bool)] {
    var groups: [(mentions: [Mention], isAlternative: Bool)] = []
    for (index, mention) in mentions.enumerated() {
      let bond = bond(before: index)
      if bond == .none || groups.isEmpty {
        groups.append(([mention], false))
      } else {
        groups[groups.count - 1].mentions.append(mention)
        if bond == .alternative { groups[groups.count - 1].isAlternative = true }
      }
    }
    return groups
  }
}

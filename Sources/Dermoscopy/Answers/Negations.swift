/// Works out which mentions a text denies, and about which it says that it cannot tell.
///
/// A text falls into clauses at punctuation and at words such as "but". Forward, a denial ("no", "without") reaches to
/// its clause's end, and over a comma while the list goes on; a word that begins a statement of its own ("only", "are")
/// ends it. Backward, "absent", "not … visible", or a "no" that ends its clause denies what the clause named before.
struct Negations: Sendable {
  private struct Clause {
    var words: Range<Int>
    var mentions: Range<Int>
    /// What comes before it; `stop` begins a sentence.
    var separator: Wording.Separator
    /// It makes a statement of its own, so it is not just an item of a list.
    var isStatement: Bool
    var denialThatEndsIt: Bool
  }

  private(set) var isDenied: [Bool]
  private(set) var isDoubted: [Bool]

  private let words: [Wording.Word]
  private let roles: [Roles]
  private let mentions: [Range<Int>]
  private let isMentioned: [Bool]
  private var clauses: [Clause] = []

  init(words: [Wording.Word], roles: [Roles], mentions: [Range<Int>], crossesCommas: Bool) {
    self.words = words
    self.roles = roles
    self.mentions = mentions
    var isMentioned = [Bool](repeating: false, count: words.count)
    for range in mentions { for word in range { isMentioned[word] = true } }
    self.isMentioned = isMentioned
    isDenied = [Bool](repeating: false, count: mentions.count)
    isDoubted = isDenied
    findClauses()
    negateForward(crossesCommas: crossesCommas)
    for index in clauses.indices { negateBackward(from: index) }
  }

  private mutating func findClauses() {
    var start = 0
    var mention = 0
    for index in 1..<max(words.count + 1, 1) {
      let ends = index == words.count || words[index].separator > .slash || roles[index].contains(.opposes)
      guard ends else { continue }
      let first = mention
      while mention < mentions.count, mentions[mention].lowerBound < index { mention += 1 }
      clauses.append(
        Clause(
          words: start..<index, mentions: first..<mention, separator: words[start].separator,
          isStatement: first == mention
            || (start..<index).contains {
              !isMentioned[$0] && !roles[$0].isDisjoint(with: [.restarts, .saysPresence, .has, .denies, .doubts])
            },
          denialThatEndsIt: !roles[index - 1].isDisjoint(with: [.denies, .saysAbsence])))
      start = index
    }
  }

  private mutating func negateForward(crossesCommas: Bool) {
    var isDenying = false
    var reachesAll = false
    var isDoubting = false
    var isHeading = false
    for (index, clause) in clauses.enumerated() {
      let first = clause.words.lowerBound
      if clause.separator == .stop || roles[first].contains(.opposes) {
        isDenying = false
        reachesAll = false
        isDoubting = false
      } else if isDenying, !reachesAll, !Grammar.alternative.contains(words[first].text) {
        isDenying =
          crossesCommas && !clause.isStatement
          && (clause.separator <= .bracket || isHeading && clause.separator == .link)
      }
      var next = clause.mentions.lowerBound
      var denial = -1
      for word in clause.words {
        if next < clause.mentions.upperBound, mentions[next].lowerBound == word {
          isDenied[next] = isDenying
          isDoubted[next] = isDoubting
          next += 1
        }
        let role = roles[word]
        if role.contains(.guesses) { isDoubting = false }
        if role.contains(.doubts) { isDoubting = true }
        if role.contains(.denies) {
          isDenying = !(role.contains(.undoes) && denial >= 0 && denial == word - 1)
          reachesAll = isDenying && role.contains(.deniesAll)
          denial = word
        } else if role.contains(.restarts), denial != word - 1, !reachesAll {
          isDenying = false
        }
      }
      // "Absent: dots" denies what follows; "dots (absent), globules" what came before.
      let isMereDenial = clause.mentions.isEmpty && backwardDenial(in: clause) != nil
      isHeading = isMereDenial && clause.separator == .stop
      if isMereDenial, !isHeading, index > 0, !clauses[index - 1].mentions.isEmpty { isDenying = false }
    }
  }

  private mutating func negateBackward(from index: Int) {
    let clause = clauses[index]
    guard let denial = backwardDenial(in: clause) else { return }
    let own = clause.mentions.filter { mentions[$0].upperBound <= denial }
    var isList = clause.separator == .link
    var last = index - 1
    if let first = own.first {
      for mention in own { isDenied[mention] = true }
      let lead = clause.words.lowerBound..<mentions[first].lowerBound
      isList =
        lead.contains { Grammar.joining.contains(words[$0].text) }
        || zip(own, own.dropFirst()).contains { left, right in
          (mentions[left].upperBound..<mentions[right].lowerBound).contains { Grammar.joining.contains(words[$0].text) }
        }
    } else {
      // "Dots: none", "dots (absent)": the clause before is meant, if this one says nothing else.
      guard clause.separator == .link || clause.separator == .bracket, last >= 0, !clauses[last].mentions.isEmpty
      else { return }
      for mention in clauses[last].mentions { isDenied[mention] = true }
      if clauses[last].isStatement || clauses[last].separator != .comma { return }
      last -= 1
    }
    // "Dots, globules and streaks are absent": the list's earlier items, back to its beginning.
    guard isList else { return }
    var later = clauses[last + 1]
    while last >= 0, later.separator == .comma, !clauses[last].isStatement {
      for mention in clauses[last].mentions { isDenied[mention] = true }
      later = clauses[last]
      last -= 1
    }
  }

  /// The word by which a clause denies what was named before it.
  private func backwardDenial(in clause: Clause) -> Int? {
    for word in clause.words {
      if roles[word].contains(.deniesBefore) {
        // "not absent" affirms; "absent dots" denies what follows.
        let isUndone = word > clause.words.lowerBound && roles[word - 1].contains(.denies)
        let isAhead = clause.mentions.last.map { mentions[$0].lowerBound > word } ?? false
        if !isUndone, !isAhead { return word }
      }
      if roles[word].contains(.deniesVerb), deniesSight(at: word, within: clause.words.upperBound) {
        return word
      }
    }
    let last = clause.words.upperBound - 1
    guard clause.denialThatEndsIt else { return nil }
    if let mention = clause.mentions.last, mentions[mention].contains(last) {
      // "none" may be one of the form's own values: then it denies what an earlier clause named.
      return clause.mentions.count == 1 && clause.words.count == 1 ? clause.words.lowerBound : nil
    }
    return last
  }

  /// Whether a denied verb is about being there: "not visible", "cannot be clearly seen".
  func deniesSight(at word: Int, within end: Int) -> Bool {
    for next in (word + 1)..<max(min(word + 1 + Grammar.reach, end), word + 1) {
      if roles[next].contains(.saysPresence) { return true }
      if isMentioned[next] { return false }
    }
    return false
  }
}

extension AnswerReader {
  /// Yes or no.
  ///
  /// The first decisive word counts, so a yes or a no at the beginning wins over what follows. Decisive are the form's
  /// words, a denial ("without a network"), and a word for presence ("can be seen"). Finally, if the subject is known,
  /// naming it without denying it means yes.
  func yesNo(of statements: Statements<String>, asked: Bool) -> String? {
    var first: (word: Int, value: String)?
    var choices: Set<Int> = []
    for index in statements.mentions.indices {
      let mention = statements.mentions[index]
      if isHalfOfChoice(index, in: statements) {
        choices.insert(mention.range.lowerBound)
        continue
      }
      guard first == nil, asked || !mention.isAsked, !mention.isDoubted, isMeant(mention, in: statements) else {
        continue
      }
      let isYes = (mention.meaning == Self.yes) != mention.isDenied
      first = (mention.range.lowerBound, isYes ? Self.yes : Self.no)
    }
    let seen = presence(in: statements, asked: asked, besides: choices)
    if let first, seen.map({ first.word <= $0.word }) ?? true { return first.value }
    if let seen { return seen.isThere ? Self.yes : Self.no }
    return subjectVerdict(in: statements, asked: asked)
  }

  /// Whether a mention is an answer rather than the "no" of "no doubt" or "no idea".
  private func isMeant(_ mention: Statements<String>.Mention, in statements: Statements<String>) -> Bool {
    let word = mention.range.lowerBound
    guard statements.words[word].stem == "no" else { return true }
    let next = statements.words[safe: word + 1]
    return statements.roles[word].contains(.denies)
      && !(next.map { $0.separator <= .hyphen && Grammar.unrelated.contains($0.stem) } ?? false)
  }

  /// Whether a mention belongs to "yes or no", "yes/no".
  private func isHalfOfChoice(_ index: Int, in statements: Statements<String>) -> Bool {
    func isChoice(_ first: Int, _ second: Int) -> Bool {
      guard let left = statements.mentions[safe: first], let right = statements.mentions[safe: second],
        left.meaning != right.meaning, let word = statements.words[safe: right.range.lowerBound]
      else { return false }
      let between = right.range.lowerBound - left.range.upperBound
      return between == 0 && word.separator == .slash
        || between == 1 && Grammar.alternative.contains(statements.words[left.range.upperBound].text)
    }
    return isChoice(index, index + 1) || isChoice(index - 1, index)
  }

  /// The first word by which the text says that something is there, or that it is not.
  ///
  /// - Parameter echoed: words that only repeat the question's choice.
  func presence(
    in statements: Statements<String>, asked: Bool, besides echoed: Set<Int>
  ) -> (word: Int, isThere: Bool)? {
    var isDenying = false
    var isDoubting = false
    for (index, word) in statements.words.enumerated() where (asked || !word.isAsked) && !echoed.contains(index) {
      let role = statements.roles[index]
      if word.separator == .stop || role.contains(.opposes) {
        isDenying = false
        isDoubting = false
      }
      if role.contains(.guesses) { isDoubting = false }
      if role.contains(.doubts) { isDoubting = true }
      guard !isDoubting else { continue }
      if role.contains(.saysAbsence) {
        let isUndone = index > 0 && statements.roles[index - 1].contains(.denies) && role.contains(.undoes)
        return (index, isUndone)
      }
      if role.contains(.deniesVerb) { isDenying = role.contains(.denies) }
      if role.contains(.saysPresence) { return (index, !isDenying) }
      if role.contains(.has), isDenying { return (index, false) }
      if word.text == "there", states(statements, thereAt: index) { return (index, true) }
    }
    return nil
  }

  /// Whether "there is …" goes on to say what is there, and nothing of the kind is denied.
  private func states(_ statements: Statements<String>, thereAt index: Int) -> Bool {
    guard form.kind == .yesNo, let verb = statements.words[safe: index + 1] else { return false }
    guard ["is", "are", "appear", "seem", "exist"].contains(verb.stem) else { return false }
    let end = min(index + 2 + Grammar.reach, statements.words.count)
    let rest = (index + 1)..<end
    if rest.contains(where: { !statements.roles[$0].isDisjoint(with: [.denies, .doubts]) }) { return false }
    guard !subjects.isEmpty else { return true }
    return statements.words[(index + 1)...].prefix(Self.longestNoun).prefix { $0.separator < .link }.contains {
      subjects.contains($0.stem)
    }
  }

  /// How many words "there is" may take to name its subject.
  private static let longestNoun = 16

  private func subjectVerdict(in statements: Statements<String>, asked: Bool) -> String? {
    guard !subjects.isEmpty else { return nil }
    let subject = Lexicon(subjects.sorted().map { (wording: $0, meaning: $0) })
    let named = Statements(words: statements.words, lexicon: subject, denialCrossesCommas: true)
    let first = named.mentions.first { !$0.isDoubted && (asked || !$0.isAsked) }
    return first.map { $0.isDenied ? Self.no : Self.yes }
  }
}

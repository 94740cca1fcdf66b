/// What each word of a wording does to a statement.
struct Roles: OptionSet, Sendable {
  let rawValue: Int

  static let denies = Roles(rawValue: 1 << 0)
  static let deniesVerb = Roles(rawValue: 1 << 1)
  static let deniesBefore = Roles(rawValue: 1 << 2)
  static let saysAbsence = Roles(rawValue: 1 << 3)
  static let undoes = Roles(rawValue: 1 << 4)
  static let opposes = Roles(rawValue: 1 << 5)
  static let saysPresence = Roles(rawValue: 1 << 6)
  static let restarts = Roles(rawValue: 1 << 7)
  static let doubts = Roles(rawValue: 1 << 8)
  static let guesses = Roles(rawValue: 1 << 9)
  /// Denies everything up to the sentence's end: "none of these: …", "neither".
  static let deniesAll = Roles(rawValue: 1 << 10)
  static let has = Roles(rawValue: 1 << 11)

  /// The roles of each word.
  static func all(in words: [Wording.Word]) -> [Roles] { words.indices.map { roles(of: $0, in: words) } }

  private static func roles(of index: Int, in words: [Wording.Word]) -> Roles {
    let stem = words[index].stem
    let next = index + 1 < words.count && words[index + 1].separator <= .hyphen ? words[index + 1].stem : ""
    var roles: Roles = []
    let isContracted = stem.hasSuffix("n't")
    let isUndenied = Grammar.undenied[stem]?.contains(next) ?? false
    let isPair = Grammar.denyingPairs[stem]?.contains(next) ?? false
    if !isUndenied {
      if Grammar.denying.contains(stem) || isContracted || isPair { roles.insert(.denies) }
      if Grammar.verbDenying.contains(stem) || isContracted { roles.insert(.deniesVerb) }
      if Grammar.absence.contains(stem) || isPair && stem == "free", !Grammar.unrelated.contains(next) {
        roles.insert(.saysAbsence)
      }
    }
    if stem == "neither" || isPair && stem == "none" { roles.insert(.deniesAll) }
    if Grammar.denyingBefore.contains(stem) || isPair && stem.hasPrefix("rule") { roles.insert(.deniesBefore) }
    if Grammar.undoing.contains(stem) { roles.insert(.undoes) }
    if Grammar.opposing.contains(stem) { roles.insert(.opposes) }
    if Grammar.presence.contains(stem) { roles.insert(.saysPresence) }
    if Grammar.having.contains(stem) { roles.insert(.has) }
    if Grammar.restarting.contains(stem) { roles.insert(.restarts) }
    if Grammar.guessing.contains(stem) { roles.insert(.guesses) }
    if isDoubt(index, in: words, isContracted: isContracted) { roles.insert(.doubts) }
    return roles
  }

  private static func isDoubt(_ index: Int, in words: [Wording.Word], isContracted: Bool) -> Bool {
    let stem = words[index].stem
    if Grammar.doubting.contains(stem) { return true }
    let rest = words[(index + 1)...].prefix(Grammar.reach).prefix { $0.separator <= .hyphen }.map(\.stem)
    if stem == "hard" || stem == "difficult" || stem == "impossible" { return rest.first == "to" }
    if stem == "unclear" { return rest.first == "if" || rest.first == "whether" }
    guard Grammar.verbDenying.contains(stem) || isContracted else { return false }
    if rest.prefix(2).contains(where: Grammar.undecided.contains) { return true }
    if rest.first == "clear", rest.contains(where: { $0 == "if" || $0 == "whether" }) { return true }
    // "I cannot see the image" says nothing; "I cannot see a network in the image" does.
    let sight: Set<String> = ["see", "view", "acces", "access", "open", "process"]
    guard let verb = rest.first, sight.contains(verb) else { return false }
    return rest.dropFirst().prefix(2).contains(where: Grammar.picturing.contains)
  }
}

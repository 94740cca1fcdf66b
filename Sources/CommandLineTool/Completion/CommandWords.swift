/// What can be completed after a command, by its specification.
struct CommandWords {
  let command: CommandSpecification

  /// The subcommands in the usage lines: `pull` of `models pull NAME…`.
  var verbs: [String] {
    var verbs: [String] = []
    for usage in command.usage {
      let words = usage.split(separator: " ")
      guard words.count > 1 else { continue }
      let second = words[1].drop { $0 == "[" }.prefix { $0 != "]" }
      for verb in second.split(separator: "|") where verb.allSatisfy({ $0.isLowercase || $0.isNumber }) {
        if !verbs.contains(String(verb)) { verbs.append(String(verb)) }
      }
    }
    return verbs
  }

  var options: [OptionSpecification] { command.options + commonOptions }

  /// What an option's value can be.
  enum Values {
    /// A file or folder.
    case paths
    /// One of these, or a file where they allow it.
    case words([String], orPaths: Bool)
    /// Anything.
    case open
  }

  static func values(of option: OptionSpecification, known: KnownWords) -> Values? {
    guard let value = option.value else { return nil }
    if option.name == "--protocol" { return .words(known.protocols, orPaths: true) }
    if option.name == "--model" { return .words(known.models, orPaths: true) }
    let choices = value.split(separator: "|").map(String.init)
    if choices.count > 1, choices.allSatisfy({ $0.allSatisfy(\.isLowercase) }) {
      return .words(choices, orPaths: false)
    }
    let places = ["FILE", "DIR", "CSV", "PATH"]
    return value.split(separator: "|").contains { places.contains(String($0)) } ? .paths : .open
  }

  /// Option values that are known when a script is generated.
  struct KnownWords {
    var protocols: [String]
    var models: [String]
  }
}

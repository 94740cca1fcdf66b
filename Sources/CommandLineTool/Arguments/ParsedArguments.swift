import Faults

/// An invalid command line: what is wrong, and what was probably meant.
struct UsageFault: Fault, Equatable {
  var message: String
  var command: String?

  var kind: FaultKind { .usage }
  var description: String { message }
}

/// A command's arguments, checked against its specification.
struct ParsedArguments: Sendable {
  private(set) var positional: [String] = []
  /// The whole command line, without the program's name.
  let words: [String]
  private var values: [String: [String]] = [:]
  private var switches: Set<String> = []
  /// The source of each value that was not on the command line: the name of a variable or a file.
  private var origins: [String: String] = [:]
  private let command: String

  /// - Throws: `UsageFault` for an unknown option, a missing or superfluous value, or an unexpected argument.
  init(_ arguments: [String], of specification: CommandSpecification) throws(UsageFault) {
    command = specification.name
    words = [specification.name] + arguments
    let options = specification.allOptions
    var rest = arguments[...]
    while let argument = rest.popFirst() {
      if argument == "--" {
        positional += rest
        break
      }
      if argument == "-h" {
        switches.insert(Flag.help.name)
        continue
      }
      guard argument.hasPrefix("-"), argument != "-" else {
        positional.append(argument)
        continue
      }
      let parts = argument.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      let name = String(parts[0])
      guard let option = options.first(where: { $0.name == name }) else {
        let suggestion = nearest(to: name, among: options.map(\.name)).map { ". Did you mean \($0)?" } ?? ""
        throw UsageFault(message: "Unknown option \(name)\(suggestion)", command: command)
      }
      guard let placeholder = option.placeholder else {
        guard parts.count == 1 else { throw UsageFault(message: "\(name) takes no value", command: command) }
        switches.insert(name)
        continue
      }
      // An option's name is never taken as another option's value; `--model=--seed` still allows it.
      let follows = rest.first.map { next in !options.contains { $0.name == next } } ?? false
      guard let value = parts.count == 2 ? String(parts[1]) : (follows ? rest.popFirst() : nil) else {
        throw UsageFault(message: "\(name) needs a value: \(name) \(placeholder)", command: command)
      }
      guard option.repeats || values[name] == nil else {
        throw UsageFault(message: "\(name) was given more than once", command: command)
      }
      values[name, default: []].append(value)
    }
    guard specification.takesArguments || positional.isEmpty || self[.help] else {
      throw UsageFault(message: "Unexpected argument '\(positional[0])'", command: command)
    }
  }

  /// The whole command line, without the program's name, some options and their values.
  func words(without options: [any CommandOption]) -> [String] {
    var (kept, rest) = ([String](), words[...])
    while let word = rest.popFirst() {
      if word == "--" { return kept + [word] + rest }
      let name = word.prefix { $0 != "=" }
      guard let option = options.first(where: { $0.name == name }) else {
        kept.append(word)
        continue
      }
      if option.placeholder != nil, word == option.name { rest = rest.dropFirst() }
    }
    return kept
  }

  /// Whether a flag was given.
  subscript(flag: Flag) -> Bool { switches.contains(flag.name) }

  /// An option's value; `nil` when the option was not given. Of a repeated one, the first.
  ///
  /// - Throws: `UsageFault` that says which values are allowed.
  subscript<Value>(option: Option<Value>) -> Value? {
    get throws(UsageFault) {
      guard let text = values[option.name]?.first else { return nil }
      return try value(of: option, from: text)
    }
  }

  /// All values of an option that may be repeated, in their order.
  ///
  /// - Throws: `UsageFault` that says which values are allowed.
  func all<Value>(_ option: Option<Value>) throws(UsageFault) -> [Value] {
    var all: [Value] = []
    for text in values[option.name] ?? [] { all.append(try value(of: option, from: text)) }
    return all
  }

  /// Whether an option was given, or has a default.
  func has(_ option: any CommandOption) -> Bool { values[option.name] != nil || switches.contains(option.name) }

  /// Whether an option with a value is there, and not as a default.
  func isOnCommandLine(_ name: String) -> Bool { values[name] != nil && origins[name] == nil }

  /// Gives a flag that was not given, as configuration or environment say.
  mutating func setFlag(_ name: String) { switches.insert(name) }

  /// Sets an option's default, for when it was not given.
  mutating func setDefault(_ name: String, _ value: String, from origin: String) {
    guard values[name] == nil else { return }
    values[name] = [value]
    origins[name] = origin
  }

  /// Overrides an option's value.
  mutating func override(_ option: Option<String>, _ value: String) { values[option.name] = [value] }

  private func value<Value>(of option: Option<Value>, from text: String) throws(UsageFault) -> Value {
    do throws(InvalidValue) {
      return try option.parse(text)
    } catch {
      switch error {
      case .message(let message): throw UsageFault(message: message, command: command)
      case .reason(let reason):
        let origin = origins[option.name].map { " (from \($0))" } ?? ""
        throw UsageFault(message: "\(option.name) \(text)\(origin): \(reason)", command: command)
      }
    }
  }
}

/// The candidate that is closest to a mistyped word; `nil` when none is close enough.
func nearest(to word: String, among candidates: [String]) -> String? {
  candidates.map { ($0, editDistance(word, $0)) }
    .filter { $0.1 <= max(1, word.count / 3) }
    .min { $0.1 < $1.1 }?.0
}

/// The Levenshtein distance. Words of more than 64 characters match nothing.
func editDistance(_ first: String, _ second: String) -> Int {
  let (first, second) = (Array(first), Array(second))
  guard first.count <= 64, second.count <= 64 else { return .max }
  var row = Array(0...second.count)
  for (i, character) in first.enumerated() {
    var diagonal = row[0]
    row[0] = i + 1
    for (j, other) in second.enumerated() {
      let substitution = diagonal + (character == other ? 0 : 1)
      diagonal = row[j + 1]
      row[j + 1] = min(substitution, diagonal + 1, row[j] + 1)
    }
  }
  return row[second.count]
}

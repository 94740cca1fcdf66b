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
    let options = specification.options + commonOptions
    var rest = arguments[...]
    while let argument = rest.popFirst() {
      if argument == "--" {
        positional += rest
        break
      }
      if argument == "-h" {
        switches.insert("--help")
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
      guard let valueName = option.value else {
        guard parts.count == 1 else { throw UsageFault(message: "\(name) takes no value", command: command) }
        switches.insert(name)
        continue
      }
      // An option's name is never taken as another option's value; `--model=--seed` still allows it.
      let follows = rest.first.map { next in !options.contains { $0.name == next } } ?? false
      guard let value = parts.count == 2 ? String(parts[1]) : (follows ? rest.popFirst() : nil) else {
        throw UsageFault(message: "\(name) needs a value: \(name) \(valueName)", command: command)
      }
      guard option.repeats || values[name] == nil else {
        throw UsageFault(message: "\(name) was given more than once", command: command)
      }
      values[name, default: []].append(value)
    }
    guard specification.takesArguments || positional.isEmpty || isSet("--help") else {
      throw UsageFault(message: "Unexpected argument '\(positional[0])'", command: command)
    }
  }

  func isSet(_ name: String) -> Bool { switches.contains(name) }

  func value(_ name: String) -> String? { values[name]?.first }

  func values(_ name: String) -> [String] { values[name] ?? [] }

  /// Sets an option's default, for when it was not given.
  mutating func setDefault(_ name: String, _ value: String, from origin: String) {
    guard values[name] == nil else { return }
    values[name] = [value]
    origins[name] = origin
  }

  /// Overrides an option's value.
  mutating func override(_ name: String, _ value: String) { values[name] = [value] }

  /// An option with its value, for a message.
  private func said(_ name: String, _ text: String) -> String {
    "\(name) \(text)" + (origins[name].map { " (from \($0))" } ?? "")
  }

  /// A whole number in a range; `nil` when the option was not given.
  ///
  /// - Throws: `UsageFault` that says the range.
  func number<Number: FixedWidthInteger>(
    _ name: String, in range: ClosedRange<Number>
  ) throws(UsageFault) -> Number? {
    guard let text = value(name) else { return nil }
    guard let number = Number(text), range.contains(number) else {
      let bounds =
        range.upperBound == .max ? "of at least \(range.lowerBound)" : "from \(range.lowerBound) to \(range.upperBound)"
      throw UsageFault(message: "\(said(name, text)): not a whole number \(bounds)", command: command)
    }
    return number
  }

  /// A decimal number in a range; `nil` when the option was not given.
  ///
  /// - Throws: `UsageFault` that says the range.
  func decimal(_ name: String, in range: ClosedRange<Double>) throws(UsageFault) -> Double? {
    guard let text = value(name) else { return nil }
    guard let number = Double(text), range.contains(number) else {
      throw UsageFault(
        message: "\(said(name, text)): not a number from \(range.lowerBound) to \(range.upperBound)", command: command)
    }
    return number
  }

  /// One of a few words; `nil` when the option was not given.
  ///
  /// - Throws: `UsageFault` that says the words.
  func choice<Choice: RawRepresentable & CaseIterable>(
    _ name: String, as type: Choice.Type = Choice.self
  ) throws(UsageFault) -> Choice? where Choice.RawValue == String {
    guard let text = value(name) else { return nil }
    guard let choice = Choice(rawValue: text) else {
      let words = Choice.allCases.map(\.rawValue).joined(separator: ", ")
      throw UsageFault(message: "\(said(name, text)): not one of \(words)", command: command)
    }
    return choice
  }

  /// The option's value, which must not be empty.
  func path(_ name: String) throws(UsageFault) -> String? {
    guard let path = value(name) else { return nil }
    guard !path.isEmpty else { throw UsageFault(message: "\(name) is empty", command: command) }
    return path
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

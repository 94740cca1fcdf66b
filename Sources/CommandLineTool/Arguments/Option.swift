/// An option with a value: its name, what help says of it, and how its text becomes a `Value`.
///
/// A command declares its options in its specification and reads their values with the same declarations:
/// `try arguments[AnalyzeOption.seed] ?? 0`.
struct Option<Value: Sendable>: CommandOption {
  let name: String
  let placeholder: String?
  let help: String
  let repeats: Bool
  let completion: ValueCompletion?
  let takesSetting: Bool
  /// Turns the text after the option into its value.
  ///
  /// - Throws: `InvalidValue` for text that is none.
  let parse: @Sendable (_ text: String) throws(InvalidValue) -> Value

  /// - Parameters:
  ///   - name: with its dashes.
  ///   - placeholder: the value's name in help texts.
  ///   - help: one or two sentences.
  ///   - repeats: whether it may be given more than once.
  ///   - completion: what a shell offers for the value.
  ///   - takesSetting: whether configuration and environment may give the value.
  ///   - parse: turns text into the value.
  init(
    _ name: String, _ placeholder: String, help: String, repeats: Bool = false, completion: ValueCompletion = .any,
    takesSetting: Bool = true,
    parse: @escaping @Sendable (_ text: String) throws(InvalidValue) -> Value
  ) {
    self.name = name
    self.placeholder = placeholder
    self.help = help
    self.repeats = repeats
    self.completion = completion
    self.takesSetting = takesSetting
    self.parse = parse
  }
}

extension Option where Value: FixedWidthInteger {
  /// A whole number in a range.
  init(_ name: String, _ placeholder: String, in range: ClosedRange<Value>, help: String) {
    self.init(name, placeholder, help: help) { text throws(InvalidValue) in
      guard let number = Value(text), range.contains(number) else {
        throw .reason(
          range.upperBound == .max
            ? "not a whole number of at least \(range.lowerBound)"
            : "not a whole number from \(range.lowerBound) to \(range.upperBound)")
      }
      return number
    }
  }
}

extension Option<Double> {
  /// A decimal number in a range.
  init(_ name: String, _ placeholder: String, in range: ClosedRange<Double>, help: String) {
    self.init(name, placeholder, help: help) { text throws(InvalidValue) in
      guard let number = Double(text), range.contains(number) else {
        throw .reason("not a number from \(range.lowerBound) to \(range.upperBound)")
      }
      return number
    }
  }
}

extension Option where Value: RawRepresentable<String> & CaseIterable {
  /// One of the type's words.
  ///
  /// - Parameters:
  ///   - placeholder: the value's name in help texts; without one, all words.
  ///   - normalize: what is done to the text before it is looked up.
  init(
    _ name: String, _ placeholder: String? = nil, help: String,
    normalize: @escaping @Sendable (String) -> String = { $0 }
  ) {
    let words = Value.allCases.map(\.rawValue)
    self.init(
      name, placeholder ?? words.joined(separator: "|"), help: help,
      completion: placeholder == nil ? .words(words) : .any
    ) { text throws(InvalidValue) in
      guard let value = Value(rawValue: normalize(text)) else {
        throw .reason("not one of \(words.joined(separator: ", "))")
      }
      return value
    }
  }
}

extension Option<String> {
  /// Any text, the empty one too.
  init(text name: String, _ placeholder: String, help: String, repeats: Bool = false, takesSetting: Bool = true) {
    self.init(name, placeholder, help: help, repeats: repeats, takesSetting: takesSetting) {
      text throws(InvalidValue) in text
    }
  }

  /// A path or another text that must not be empty.
  init(path name: String, _ placeholder: String, help: String, completion: ValueCompletion = .paths) {
    self.init(name, placeholder, help: help, completion: completion) { text throws(InvalidValue) in
      guard !text.isEmpty else { throw .message("\(name) is empty") }
      return text
    }
  }
}

/// What parsing, help, completions and the manual page need to know of an option.
protocol CommandOption: Sendable {
  /// With its dashes: `--seed`.
  var name: String { get }
  /// The name of its value in help texts; `nil` for a flag.
  var placeholder: String? { get }
  /// One or two sentences.
  var help: String { get }
  /// Whether it may be given more than once.
  var repeats: Bool { get }
  /// What a shell offers for its value; `nil` for a flag.
  var completion: ValueCompletion? { get }
  /// Whether configuration and environment may give its value. An option that only selects among stored examinations never
  /// takes one: what it leaves out would be left out in silence.
  var takesSetting: Bool { get }
}

/// An option without a value.
struct Flag: CommandOption {
  let name: String
  let help: String
  let placeholder: String? = nil
  let repeats = false
  let completion: ValueCompletion? = nil
  let takesSetting = false

  init(_ name: String, help: String) {
    self.name = name
    self.help = help
  }

  /// Shows a command's help; every command has it.
  static let help = Flag("--help", help: "Shows this help (also -h).")
}

/// What a shell offers for an option's value.
enum ValueCompletion: Sendable, Equatable {
  /// Nothing: it can be anything.
  case any
  /// Files and folders.
  case paths
  /// One of these.
  case words([String])
  /// A protocol's name, or a file.
  case protocols
  /// A model's name, or a file.
  case models
}

/// Why a text is not an option's value.
enum InvalidValue: Error {
  /// The end of a message that begins with option, text and the text's origin: `not a whole number from 1 to 32`.
  case reason(String)
  /// The whole message.
  case message(String)
}

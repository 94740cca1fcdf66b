/// An option of a command, as help shows it and as it is parsed.
struct OptionSpecification: Sendable {
  /// With its dashes: `--seed`.
  var name: String
  /// The name of its value in the help text; `nil` for a switch.
  var value: String?
  /// One or two sentences.
  var help: String
  /// Whether it may be given more than once.
  var repeats = false
}

/// A command of the tool: its help text and its action.
struct CommandSpecification: Sendable {
  var name: String
  /// One line for the list of commands.
  var summary: String
  /// Usage lines, without the tool's name.
  var usage: [String]
  /// Paragraphs below the usage.
  var discussion: [String]
  var options: [OptionSpecification]
  /// Examples: commands that can be copied.
  var examples: [(line: String, meaning: String)]
  /// Whether it takes positional arguments.
  var takesArguments: Bool
  /// Runs it and gives the exit status.
  var run: @Sendable (ParsedArguments, Terminal) async throws -> Int32
}

/// Options that every command accepts.
let commonOptions = [
  OptionSpecification(name: "--help", value: nil, help: "Shows this help (also -h).")
]

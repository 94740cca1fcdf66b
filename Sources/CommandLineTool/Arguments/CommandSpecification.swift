/// An option of a command, as help shows it and as it is parsed.
struct OptionSpecification: Sendable {
  /// With its dashes: `--seed`.
  var name: String
  /// What its value is called in help; `nil` for a switch.
  var value: String?
  /// One or two sentences.
  var help: String
  /// Whether it may be given more than once.
  var repeats = false
}

/// A command of the tool: what help says of it, and what it does.
struct CommandSpecification: Sendable {
  var name: String
  /// One line for the list of commands.
  var summary: String
  /// Usage lines, without the tool's name.
  var usage: [String]
  /// Paragraphs below the usage.
  var discussion: [String]
  var options: [OptionSpecification]
  /// Commands that can be copied.
  var examples: [(line: String, meaning: String)]
  /// Whether it takes arguments that are not options.
  var takesArguments: Bool
  /// Runs it and gives the exit status.
  var run: @Sendable (ParsedArguments, Terminal) async throws -> Int32
}

/// What every command understands besides its own options.
let commonOptions = [
  OptionSpecification(name: "--help", value: nil, help: "Shows this help (also -h).")
]

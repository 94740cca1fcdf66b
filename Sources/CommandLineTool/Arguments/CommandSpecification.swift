/// A command of the tool: what help, completions and the manual page say of it, its options, and its action.
struct CommandSpecification: Sendable {
  var name: String
  /// One line for the list of commands.
  var summary: String
  /// Usage lines, without the tool's name.
  var usage: [String]
  /// Paragraphs below the usage.
  var discussion: [String]
  /// Words that can follow the command's name: `pull` of `models pull NAME…`.
  var verbs: [String] = []
  /// Its own options, in the order of the help.
  var options: [any CommandOption]
  /// Examples: commands that can be copied.
  var examples: [(line: String, meaning: String)]
  /// Whether it takes positional arguments.
  var takesArguments: Bool
  /// Runs it and gives the exit status.
  var run: @Sendable (ParsedArguments, Terminal) async throws -> Int32

  /// Its own options and those of every command.
  var allOptions: [any CommandOption] { options + [Flag.help] }
}

import TextOutput

/// The text of `--help`.
enum Help {
  private static let width = 80

  static func overview(_ commands: [CommandSpecification]) -> String {
    var lines = [
      "DermGemma reads dermoscopic images with a vision-language model in three phases.",
      "It is for research and never for the diagnosis of a person.",
      "",
      "Usage: dermgemma <command> [options]",
      "",
      "Commands:",
    ]
    lines += table(commands.map { ($0.name, $0.summary) })
    lines += [
      "", "dermgemma <command> --help documents a command.",
      "dermgemma --version prints the version.",
    ]
    return lines.joined(separator: "\n")
  }

  static func page(_ command: CommandSpecification) -> String {
    var lines = wrapped(command.summary, indent: 0) + [""]
    for (index, usage) in command.usage.enumerated() {
      lines.append((index == 0 ? "Usage: " : "       ") + "dermgemma " + usage)
    }
    for paragraph in command.discussion { lines += [""] + wrapped(paragraph, indent: 0) }
    lines += ["", "Options:"]
    lines += table(
      command.allOptions.map { option in
        (option.name + (option.placeholder.map { " " + $0 } ?? ""), option.help)
      })
    if !command.examples.isEmpty {
      lines += ["", "Examples:"]
      for example in command.examples { lines += ["  " + example.line] + wrapped(example.meaning, indent: 6) }
    }
    return lines.joined(separator: "\n")
  }

  static func usageLine(_ command: CommandSpecification) -> String {
    command.usage.map { "Usage: dermgemma " + $0 }.first ?? "Usage: dermgemma " + command.name
  }

  private static func table(_ rows: [(String, String)]) -> [String] {
    let column = min(24, (rows.map(\.0.count).max() ?? 0) + 4)
    return rows.flatMap { name, text -> [String] in
      var lines = wrapped(text, indent: column)
      let head = "  " + name
      if head.count + 2 <= column, let first = lines.first {
        lines[0] = head + first.dropFirst(head.count)
        return lines
      }
      return [head] + lines
    }
  }

  static func wrapped(_ text: String, indent: Int) -> [String] {
    let margin = String(repeating: " ", count: indent)
    let lines = TextLayout.wrap(text, columns: width - indent).map { margin + $0 }
    return lines.isEmpty ? [margin] : lines
  }
}

import Faults

/// `dermgemma(1)`, written from the commands' specifications.
struct ManualPage {
  let commands: [CommandSpecification]
  let version: String

  /// The page in roff's man macros.
  var text: String {
    var lines = [
      ".\\\" Written by `dermgemma completions man`.",
      ".TH DERMGEMMA 1 \"\" \"dermgemma \(version)\" \"User Commands\"",
      ".SH NAME", "dermgemma \\- read dermoscopic images with a vision\\-language model in three phases",
      ".SH SYNOPSIS",
    ]
    for command in commands {
      for usage in command.usage { lines += [".br", ".B dermgemma", Self.escaped(usage)] }
    }
    lines += [
      ".SH DESCRIPTION",
      "For research, and never for the diagnosis of a person.",
      ".SH COMMANDS",
    ]
    for command in commands {
      lines += [".SS \(Self.escaped(command.name))", Self.escaped(command.summary)]
      for paragraph in command.discussion { lines += [".PP", Self.escaped(paragraph)] }
      for option in command.allOptions {
        let value = option.placeholder.map { " \\fI" + Self.escaped($0) + "\\fR" } ?? ""
        lines += [".TP", "\\fB\(Self.escaped(option.name))\\fR\(value)", Self.escaped(option.help)]
      }
      if !command.examples.isEmpty { lines += [".PP", "Examples:"] }
      for example in command.examples {
        lines += [".PP", ".RS", ".nf", Self.escaped(example.line), ".fi", ".RE", Self.escaped(example.meaning)]
      }
    }
    lines += [".SH ENVIRONMENT"]
    for setting in Setting.all {
      lines += [".TP", ".B \(setting.variable)", Self.escaped(setting.meaning + "; default: " + setting.unset)]
    }
    lines += [
      ".TP", ".B DERMGEMMA_CONFIG", "the configuration file",
      ".TP", ".BR HF_ENDPOINT \", \" HF_HOME \", \" HF_HUB_CACHE \", \" HF_TOKEN \", \" HF_HUB_OFFLINE",
      "as for the hub's other tools",
      ".SH FILES", ".TP", ".I ~/.config/dermgemma/config.json", "defaults; see \\fBdermgemma config\\fR",
      ".SH EXIT STATUS",
    ]
    for (status, meaning) in Self.statuses { lines += [".TP", ".B \(status)", meaning] }
    return lines.joined(separator: "\n")
  }

  private static let statuses: [(Int32, String)] =
    [(0, "all well")]
    + FaultKind.allCases.map { kind in
      let meaning =
        switch kind {
        case .usage: "the command line is wrong"
        case .unusableInput: "an input is not a usable image, label file, protocol or configuration"
        case .missingInput: "an input is missing or may not be read"
        case .unavailable: "a database, a network or another service is not available"
        case .bug: "a bug of the program"
        case .unwritableOutput: "output could not be written"
        case .unusableWeights: "weights are missing, broken or do not fit each other"
        case .interrupted: "stopped by Ctrl\\-C"
        }
      return (kind.exitStatus, meaning)
    }

  /// Text with roff's special characters escaped. What is not ASCII gets its number: groff reads the page as Latin-1.
  static func escaped(_ text: String) -> String {
    let escaped = text.replacing("\\", with: "\\e").replacing("-", with: "\\-").replacing("…", with: "\\&...")
    let text = escaped.unicodeScalars.reduce(into: "") { text, scalar in
      let number = String(scalar.value, radix: 16, uppercase: true)
      let zeros = String(repeating: "0", count: max(0, 4 - number.count))
      text += scalar.isASCII ? String(scalar) : "\\[u\(zeros)\(number)]"
    }
    return text.hasPrefix(".") || text.hasPrefix("'") ? "\\&" + text : text
  }
}

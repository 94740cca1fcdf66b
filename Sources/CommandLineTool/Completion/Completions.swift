/// Scripts that let a shell complete `dermgemma`'s command line, written from the commands' specifications.
struct Completions {
  /// A shell.
  enum Shell: String, CaseIterable { case bash, zsh, fish }

  let commands: [CommandSpecification]
  let words: CompletionWords

  func script(for shell: Shell) -> String {
    switch shell {
    case .bash: bash
    case .zsh: zsh
    case .fish: fish
    }
  }

  private var bash: String {
    var lines = [
      "# Completion of dermgemma for bash; written by `dermgemma completions bash`.",
      "_dermgemma() {",
      "  local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD-1]}",
      "  local words='' paths=''",
      "  if [ \"$COMP_CWORD\" -eq 1 ]; then",
      "    words='\((commands.map(\.name) + ["help", "--help", "--version"]).joined(separator: " "))'",
      "  else",
      "    case ${COMP_WORDS[1]} in",
    ]
    for command in commands {
      lines += ["    \(command.name))", "      case $previous in"]
      for option in command.allOptions {
        switch words.values(of: option) {
        case nil: continue
        case .paths: lines.append("        \(option.name)) paths=yes ;;")
        case .open: lines.append("        \(option.name)) ;;")
        case .words(let choices, let orPaths):
          lines.append(
            "        \(option.name)) words='\(choices.joined(separator: " "))'\(orPaths ? " paths=yes" : "") ;;")
        }
      }
      lines += [
        "        *)",
        "          case $current in",
        "            -*) words='\(command.allOptions.map(\.name).joined(separator: " "))' ;;",
        "            *) words='\(command.verbs.joined(separator: " "))' paths=\(command.takesArguments ? "yes" : "''") ;;",
        "          esac ;;",
        "      esac ;;",
      ]
    }
    lines += [
      "    help) words='\(commands.map(\.name).joined(separator: " "))' ;;",
      "    esac",
      "  fi",
      "  mapfile -t COMPREPLY < <(",
      "    compgen -W \"$words\" -- \"$current\"",
      "    if [ -n \"$paths\" ]; then compgen -f -- \"$current\"; fi",
      "  )",
      "}",
      "complete -o filenames -F _dermgemma dermgemma",
    ]
    return lines.joined(separator: "\n")
  }

  private var zsh: String {
    func quoted(_ text: String) -> String { "'" + text.replacing("'", with: "'\\''") + "'" }
    // Brackets and colons separate the parts of a specification.
    func plain(_ text: String) -> String {
      text.replacing("\\", with: "\\\\").replacing("[", with: "\\[").replacing("]", with: "\\]")
        .replacing(":", with: "\\:")
    }
    var lines = [
      "#compdef dermgemma",
      "# Completion of dermgemma for zsh; written by `dermgemma completions zsh`.",
      "local -a commands arguments",
      "commands=(",
    ]
    lines += commands.map { "  " + quoted("\($0.name):\($0.summary.replacing(":", with: "\\:"))") }
    lines += [
      ")", "if (( CURRENT == 2 )); then", "  _describe command commands", "  return", "fi", "case ${words[2]} in",
    ]
    for command in commands {
      lines += ["\(command.name))", "  arguments=("]
      for option in command.allOptions {
        let repeats = option.repeats ? "*" : ""
        let head = "\(repeats)\(option.name)[\(plain(option.help))]"
        switch words.values(of: option) {
        case nil: lines.append("    " + quoted(head))
        case .paths: lines.append("    " + quoted("\(head):\(plain(option.placeholder ?? "")):_files"))
        case .open: lines.append("    " + quoted("\(head):\(plain(option.placeholder ?? "")):"))
        case .words(let choices, let orPaths):
          let action =
            orPaths ? "{compadd -- \(choices.joined(separator: " ")); _files}" : "(\(choices.joined(separator: " ")))"
          lines.append("    " + quoted("\(head):\(plain(option.placeholder ?? "")):\(action)"))
        }
      }
      if !command.verbs.isEmpty { lines.append("    " + quoted("1:action:(\(command.verbs.joined(separator: " ")))")) }
      if command.takesArguments { lines.append("    " + quoted("*:file:_files")) }
      lines += ["  )", "  ;;"]
    }
    lines += [
      "*) return 1 ;;", "esac", "shift words", "(( CURRENT-- ))", "_arguments -s $arguments",
    ]
    return lines.joined(separator: "\n")
  }

  private var fish: String {
    func quoted(_ text: String) -> String {
      "'" + text.replacing("\\", with: "\\\\").replacing("'", with: "\\'") + "'"
    }
    var lines = [
      "# Completion of dermgemma for fish; written by `dermgemma completions fish`.",
      "complete -c dermgemma -f",
    ]
    for command in commands {
      lines.append(
        "complete -c dermgemma -n __fish_use_subcommand -a \(command.name) -d \(quoted(command.summary))")
    }
    for command in commands {
      let here = "complete -c dermgemma -n '__fish_seen_subcommand_from \(command.name)'"
      if command.takesArguments { lines.append(here + " -F") }
      if !command.verbs.isEmpty { lines.append(here + " -a \(quoted(command.verbs.joined(separator: " ")))") }
      for option in command.allOptions {
        var line = here + " -l \(option.name.drop { $0 == "-" }) -d \(quoted(option.help))"
        switch words.values(of: option) {
        case nil: break
        case .paths: line += " -r -F"
        case .open: line += " -x"
        case .words(let choices, let orPaths):
          line += (orPaths ? " -r -F" : " -x") + " -a \(quoted(choices.joined(separator: " ")))"
        }
        lines.append(line)
      }
    }
    return lines.joined(separator: "\n")
  }
}

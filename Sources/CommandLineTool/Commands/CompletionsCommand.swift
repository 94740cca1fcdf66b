import Dermoscopy
import Hub
import Reading

let completionsCommand: CommandSpecification = CommandSpecification(
  name: "completions",
  summary: "Prints a shell's completion script, or the manual page.",
  usage: ["completions bash|zsh|fish|man"],
  discussion: [
    "bash: source it, or put it into ~/.local/share/bash-completion/completions/dermgemma. zsh: put it as _dermgemma into "
      + "a folder of $fpath. fish: put it into ~/.config/fish/completions/dermgemma.fish."
  ],
  verbs: ["bash", "zsh", "fish", "man"],
  options: [],
  examples: [("source <(dermgemma completions bash)", "For this shell.")],
  takesArguments: true
) { arguments, terminal in
  guard arguments.positional.count == 1, let name = arguments.positional.first else {
    throw UsageFault(message: "Say bash, zsh, fish or man", command: "completions")
  }
  if name == "man" {
    try terminal.print(ManualPage(commands: Tool.commands, version: Tool.version).text)
    return 0
  }
  guard let shell = Completions.Shell(rawValue: name) else {
    throw UsageFault(message: "No completion for '\(name)': say bash, zsh, fish or man", command: "completions")
  }
  let models = [ModelLocation.embeddedName] + (try ModelCatalogue.builtin().entries.map(\.name))
  let words = CompletionWords(protocols: ReadingProtocol.builtinNames, models: models)
  try terminal.print(Completions(commands: Tool.commands, words: words).script(for: shell))
  return 0
}

import Dermoscopy
import Faults
import Foundation

let protocolsCommand = CommandSpecification(
  name: "protocols",
  summary: "Lists the built-in protocols, prints one, or checks your document.",
  usage: ["protocols", "protocols show NAME", "protocols check FILE…", "protocols schema"],
  discussion: [
    "A protocol holds the questions, prompts, vocabularies, sampling, image preparation and the way to classify. "
      + "'show' prints a document to start your own from; 'schema' prints the JSON Schema of such documents."
  ],
  verbs: ["show", "check", "schema"],
  options: [],
  examples: [
    ("dermgemma protocols show seed > mine.json", "A copy to change."),
    ("dermgemma protocols check mine.json", "Says what is wrong with it, and where."),
  ],
  takesArguments: true
) { arguments, terminal in
  let words = arguments.positional
  switch (words.first, words.dropFirst()) {
  case (nil, _), ("list", []):
    for name in ReadingProtocol.builtinNames {
      let builtin = try ReadingProtocol.builtin(named: name)
      try terminal.print("\(name) \(builtin.version)  \(builtin.title)  (\(builtin.digest.hexadecimal.prefix(12)))")
    }
    return 0
  case ("show", let names) where names.count == 1:
    guard let name = names.first, let document = ReadingProtocol.builtinDocument(named: name) else {
      throw UsageFault(
        message: "Built-in protocols are \(ReadingProtocol.builtinNames.joined(separator: ", "))", command: "protocols")
    }
    try terminal.print(String(decoding: document, as: UTF8.self).trimmingCharacters(in: .newlines))
    return 0
  case ("schema", []):
    try terminal.print(
      String(decoding: ReadingProtocol.schemaDocument, as: UTF8.self).trimmingCharacters(in: .newlines))
    return 0
  case ("check", let files) where !files.isEmpty:
    var worst: FaultKind?
    for file in files {
      do {
        let checked = try ProtocolDocument(fileAt: file).readingProtocol
        try terminal.print("\(file): \(checked.id) \(checked.version) is a valid protocol")
      } catch let fault as any Fault where fault.kind == .unusableInput || fault.kind == .missingInput {
        terminal.printError("dermgemma: \((fault as? MissingProtocol)?.ofOption ?? fault)")
        worst = worst == .unusableInput ? worst : fault.kind  // As for images, 65 weighs more than 66.
      }
    }
    return worst?.exitStatus ?? 0
  default:
    throw UsageFault(message: "Say list, show NAME, check FILE or schema", command: "protocols")
  }
}

import Auditing
import Faults
import Foundation

/// Lists the built-in arms, prints a document, or checks documents.
func printArms(_ words: [String], _ terminal: Terminal) throws -> Int32 {
  switch (words.first, words.dropFirst()) {
  case (nil, _), ("list", []):
    for name in ArmsDocument.builtinNames {
      let builtin = try ArmsDocument.builtin(named: name)
      try terminal.print(
        "\(name) \(builtin.version)  \(builtin.title)  (\(builtin.digest.hexadecimal.prefix(12)))\n  "
          + builtin.arms.map(\.name).joined(separator: ", "))
    }
    return 0
  case ("show", let names) where names.count == 1:
    guard let name = names.first, let document = ArmsDocument.builtinDocument(named: name) else {
      throw UsageFault(
        message: "Built-in arms are \(ArmsDocument.builtinNames.joined(separator: ", "))", command: "audit")
    }
    try terminal.print(String(decoding: document, as: UTF8.self).trimmingCharacters(in: .newlines))
    return 0
  case ("schema", []):
    try terminal.print(String(decoding: ArmsDocument.schemaDocument, as: UTF8.self).trimmingCharacters(in: .newlines))
    return 0
  case ("check", let files) where !files.isEmpty:
    var worst: FaultKind?
    for file in files {
      do {
        guard let data = FileManager.default.contents(atPath: file) else { throw MissingArms(name: file) }
        let checked = try ArmsDocument(json: Array(data), name: file)
        try terminal.print("\(file): \(checked.id) \(checked.version) has \(checked.arms.count) valid arms")
      } catch let fault as any Fault where fault.kind == .unusableInput || fault.kind == .missingInput {
        terminal.printError("dermgemma: \(fault)")
        worst = worst == .unusableInput ? worst : fault.kind  // As for protocols, 65 weighs more than 66.
      }
    }
    return worst?.exitStatus ?? 0
  default:
    throw UsageFault(message: "Say audit arms list, show NAME, check FILE or schema", command: "audit")
  }
}

/// Writes what arms make of a picture.
func printPictures(_ arguments: ParsedArguments, _ terminal: Terminal) throws -> Int32 {
  guard arguments.positional.count == 2, let folder = try arguments[AuditOption.out] else {
    throw UsageFault(message: "Name a picture and a folder: audit pictures IMAGE --out DIR", command: "audit")
  }
  var pictures = ArmPictures(of: arguments.positional[1], arms: try chosenArms(arguments))
  pictures.shortSide = try arguments[AuditOption.side]
  var written = 0
  try pictures.write(into: folder) { _, objection in
    if let objection { terminal.printError("dermgemma: \(objection)") } else { written += 1 }
  }
  try terminal.print("\(written) pictures are in \(folder)")
  return 0
}

/// Arms that are neither built in nor a file.
struct MissingArms: Fault {
  var name: String
  var kind: FaultKind { .missingInput }
  var description: String {
    "--arms \(name): neither a readable file nor one of \(ArmsDocument.builtinNames.joined(separator: ", "))"
  }
}

import DermGemma
import Foundation

// Reads an image by a protocol document and prints what was observed: OwnProtocol PROTOCOL.json IMAGE
// `dermgemma protocols show seed > mine.json` writes a document to start from.
guard CommandLine.arguments.count == 3 else {
  print("usage: OwnProtocol PROTOCOL.json IMAGE")
  exit(64)
}
let reader = try LesionReader(protocolAt: CommandLine.arguments[1])
let report = try await reader.read(fileAt: CommandLine.arguments[2])
print("protocol \(report.readingProtocol.id) \(report.readingProtocol.version)")
for entry in report.observations.entries { print("\(entry.question): \(entry.observation.value)") }
await reader.close()

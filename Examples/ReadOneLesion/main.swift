import DermGemma
import Foundation

// Reads one image, prints the report, and asks a question of one's own: ReadOneLesion IMAGE
guard CommandLine.arguments.count == 2 else {
  print("usage: ReadOneLesion IMAGE")
  exit(64)
}
let path = CommandLine.arguments[1]
let reader = try LesionReader()
print(try await reader.read(fileAt: path).text)
print(try await reader.ask("Which colors do you see?", aboutImageAt: path))
await reader.close()

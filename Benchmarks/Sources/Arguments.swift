import Foundation
import VisionLanguage

/// `--name value` pairs after a command.
struct Arguments {
  let command: String
  private var values: [String: String] = [:]

  init() {
    let words = CommandLine.arguments.dropFirst()
    command = words.first ?? "cleaning"
    var name: String?
    for word in words.dropFirst() {
      if word.hasPrefix("--") {
        name = String(word.dropFirst(2))
        values[name ?? ""] = ""
      } else if let current = name {
        values[current] = word
        name = nil
      }
    }
  }

  func text(_ name: String) throws -> String {
    guard let value = values[name], !value.isEmpty else { throw Missing(name: name) }
    return value
  }

  func number(_ name: String, default value: Int) -> Int { values[name].flatMap { Int($0) } ?? value }

  func optional(_ name: String) -> String? { values[name] }

  /// What `--precision` says.
  ///
  /// - Throws: `Missing` where it says something else.
  func precision() throws -> ImagePrecision {
    guard let word = values["precision"] else { return .f32 }
    guard let precision = ImagePrecision(rawValue: word) else { throw Missing(name: "precision f32|bf16") }
    return precision
  }

  struct Missing: Error, CustomStringConvertible {
    let name: String
    var description: String { "--\(name) is missing" }
  }
}

/// Milliseconds of some runs.
struct Times: Encodable {
  var milliseconds: [Double] = []

  mutating func add(_ duration: Duration) { milliseconds.append(duration / .milliseconds(1)) }
}

/// Prints a result as one line of JSON.
func report(_ result: some Encodable) throws {
  let encoder = JSONEncoder()
  encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
  print(String(decoding: try encoder.encode(result), as: UTF8.self))
}

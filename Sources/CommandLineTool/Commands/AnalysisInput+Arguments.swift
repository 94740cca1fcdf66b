import Datasets
import Faults
import Foundation
import UseCases

extension AnalysisInput {
  /// The image whose bytes come on standard input.
  private static var standardInput: AnalysisInput {
    AnalysisInput(.bytes { try await StandardInput.read() }, name: "standard input")
  }

  /// Everything that a command line names, in its order.
  ///
  /// - Parameter remark: called with what was left out of folders.
  /// - Throws: `UsageFault` when nothing is named or standard input is wanted twice; a `Fault` for an unusable list.
  static func all(
    _ arguments: ParsedArguments, remark: (String) -> Void = { _ in }
  ) async throws -> [AnalysisInput] {
    var paths = arguments.positional
    if let list = try arguments[AnalyzeOption.filesFrom] {
      let bytes: [UInt8]
      if list == "-" {
        guard !paths.contains("-") else {
          throw UsageFault(message: "Standard input cannot be both the list and an image", command: "analyze")
        }
        bytes = try await StandardInput.read()
      } else {
        guard let data = FileManager.default.contents(atPath: list) else {
          throw ImageFiles.Missing(path: list, reason: "the list of files cannot be read")
        }
        bytes = Array(data)
      }
      let name = list == "-" ? "standard input" : list
      let listed = try ImageFiles.listed(in: bytes, name: name)
      guard !(paths.isEmpty && listed.isEmpty) else {
        throw ImageFiles.Missing(path: name, reason: "the list names no image")
      }
      paths += listed
    } else if paths.isEmpty {
      throw UsageFault(message: "No image was named", command: "analyze")
    }
    guard paths.filter({ $0 == "-" }).count <= 1 else {
      throw UsageFault(message: "Standard input can be read only once", command: "analyze")
    }
    return paths.flatMap { $0 == "-" ? [.standardInput] : inputs(at: $0, remark: remark) }
  }
}

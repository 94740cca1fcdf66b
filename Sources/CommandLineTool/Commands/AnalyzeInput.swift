import Datasets
import Faults
import Foundation

/// An image that `analyze` was asked to read.
enum AnalyzeInput: Sendable {
  /// A file.
  case file(path: String)
  /// The bytes on standard input.
  case standardInput
  /// A path that does not exist; it fails in its place.
  case missing(ImageFiles.Missing)

  /// Whether there is something to read, so that labels can be of it.
  var isThere: Bool { if case .missing = self { false } else { true } }

  var name: String {
    switch self {
    case .file(let path): path.split(separator: "/").last.map(String.init) ?? path
    case .standardInput: "standard input"
    case .missing(let fault): fault.path.split(separator: "/").last.map(String.init) ?? fault.path
    }
  }

  /// Everything that a command line names, in its order.
  ///
  /// - Parameter remark: called with what was left out of folders.
  /// - Throws: `UsageFault` when nothing is named or standard input is wanted twice; a `Fault` for an unusable list.
  static func all(
    _ arguments: ParsedArguments, remark: (String) -> Void = { _ in }
  ) async throws -> [AnalyzeInput] {
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
    return paths.flatMap { path -> [AnalyzeInput] in
      if path == "-" { return [.standardInput] }
      do throws(ImageFiles.Missing) {
        let search = try ImageFiles.search(path)
        for left in search.passedOver.remarks { remark("\(path): \(left)") }
        return search.images.map { .file(path: $0) }
      } catch {
        return [.missing(error)]
      }
    }
  }
}

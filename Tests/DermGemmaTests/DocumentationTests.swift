import Foundation
import TestPrograms
import Testing

/// The examples of documentation comments and pages, compiled against the modules that the tests are built from.
@Suite(.timeLimit(.minutes(10))) struct DocumentationTests {
  /// Runs scripts/examples.sh with the compiler's own caches.
  private func compile(_ files: [String]) async throws -> Program.Outcome {
    let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent()
    let modules = URL(fileURLWithPath: Program.path).deletingLastPathComponent().path + "/Modules"
    let inherited = ProcessInfo.processInfo.environment.filter { ["HOME", "DERMGEMMA_CACHE"].contains($0.key) }
    return try await Program.run(
      ["--modules", modules] + files, variables: inherited, limit: 300, program: root.path + "/scripts/examples.sh")
  }

  @Test func `every example compiles`() async throws {
    let outcome = try await compile([])
    #expect(outcome.status == 0 && outcome.text.hasPrefix("examples that compile: "), "\(outcome.errors)")
  }

  @Test func `a mistake in a page or a comment is found where it is`() async throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("examples-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let sound = "import Imaging\n\nlet limit = ImageLimits.fileBytes\nprint(limit)"
    let files = [
      ("sound.md", "# Page\n\n```swift\n\(sound)\n```\n\n```swift manifest\nno code\n```\n"),
      ("page.md", "# Page\n\n```swift\n\(sound)\nprint(limits)\n```\n"),
      (
        "Comment.swift",
        "/// It reads.\n///\n/// ```swift\n/// import Imaging\n///\n/// ImageDecoder.open()\n/// ```\nstruct Empty {}\n"
      ), ("open.md", "```swift\nprint(1)\n"),
    ]
    var outcomes: [String: Program.Outcome] = [:]
    for (name, text) in files {
      let path = folder.appendingPathComponent(name)
      try Data(text.utf8).write(to: path)
      outcomes[name] = try await compile([path.path])
    }
    #expect(outcomes["sound.md"]?.status == 0 && outcomes["sound.md"]?.text == "examples that compile: 1\n")
    for (name, mistake) in [
      ("page.md", "page.md:8:7: error: cannot find 'limits' in scope"),
      ("Comment.swift", "Comment.swift:6:14: error: type 'ImageDecoder' has no member 'open'"),
      ("open.md", "open.md:2: a block that does not end"),
    ] {
      let outcome = try #require(outcomes[name])
      #expect(outcome.status == 1 && outcome.errors.contains(mistake), "\(outcome.errors)")
    }
  }
}

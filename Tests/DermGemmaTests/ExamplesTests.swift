import Foundation
import Imaging
import Phantoms
import TestPrograms
import Testing

/// The programs in Examples, run on phantoms with the embedded model.
@Suite(.timeLimit(.minutes(10))) struct ExamplesTests {
  /// A new folder with phantoms in it.
  private func phantoms(_ count: Int) throws -> URL {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("examples-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    let generator = PhantomGenerator(seed: 65)
    for index in 0..<count {
      let bytes = try ImageEncoder.png(generator.phantom(index, width: 96, height: 72).image)
      try Data(bytes).write(to: folder.appendingPathComponent("phantom-\(index).png"))
    }
    return folder
  }

  /// Runs a program that lies beside the tests, and gives its standard output.
  private func run(_ name: String, _ arguments: [String]) async throws -> (status: Int32?, output: String) {
    let folder = URL(fileURLWithPath: Program.path).deletingLastPathComponent().path
    let outcome = try await Program.run(arguments, limit: 300, program: folder + "/" + name)
    return (outcome.status, outcome.text)
  }

  @Test func `one lesion is read, and a question about it is answered`() async throws {
    let folder = try phantoms(1)
    defer { try? FileManager.default.removeItem(at: folder) }
    let outcome = try await run("ReadOneLesion", [folder.path + "/phantom-0.png"])
    #expect(outcome.status == 0 && outcome.output.contains("phantom-0.png"), "\(outcome)")
  }

  @Test func `a protocol of one's own decides what is observed`() async throws {
    let folder = try phantoms(1)
    defer { try? FileManager.default.removeItem(at: folder) }
    let document = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().appendingPathComponent("Sources/Dermoscopy/Protocols/extended.json")
    let outcome = try await run("OwnProtocol", [document.path, folder.path + "/phantom-0.png"])
    #expect(outcome.status == 0 && outcome.output.hasPrefix("protocol extended "), "\(outcome)")
    #expect(outcome.output.contains("\nVessels: "), "\(outcome)")
  }

  @Test func `a folder goes into a database`() async throws {
    let folder = try phantoms(2)
    defer { try? FileManager.default.removeItem(at: folder) }
    let database = folder.path + "/lesions.sqlite"
    let outcome = try await run("FolderToDatabase", [folder.path, database])
    #expect(outcome.status == 0, "\(outcome)")
    #expect(outcome.output.split(separator: "\n").count == 2, "\(outcome)")
    #expect(FileManager.default.fileExists(atPath: database))
  }
}

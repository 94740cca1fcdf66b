import Foundation
import TestPrograms
import Testing

/// `worker` through the real program, with the embedded model.
@Suite(.timeLimit(.minutes(5))) struct WorkerCommandTests {
  @Test func `requests of every kind are answered on standard output alone`() async throws {
    let folder = try TestFolders.folder(TestFolders.phantoms(2).merging(["broken.jpg": [1, 2, 3]]) { $1 })
    let image = try #require(TestFolders.phantoms(1)["phantom-0.png"])
    let lines = [
      #"{"id": "file", "path": "phantom-1.png"}"#,
      #"{"id": "bytes", "image": "\#(Data(image).base64EncodedString())", "name": "phantom-0.png"}"#,
      #"{"id": "broken", "path": "broken.jpg"}"#, "nonsense", #"{"id": 5, "path": "none.png"}"#,
    ]
    let outcome = try await Program.run(
      ["worker", "--threads", "1"], input: .bytes(Array(lines.joined(separator: "\n").utf8)), in: folder)
    #expect(outcome.status == 0 && outcome.errors.isEmpty, "\(outcome.errors)")
    let objects = try outcome.objects().sorted { ($0["line"] as? Int ?? 0) < ($1["line"] as? Int ?? 0) }
    #expect(objects.map { $0["id"] as? String ?? "-" } == ["file", "bytes", "broken", "-", "-"])
    let statuses = objects.map { ($0["error"] as? [String: Any])?["status"] as? Int }
    #expect(statuses == [nil, nil, 65, 64, 66])
    let alone = try await Program.run(["analyze", "--json", "--threads", "1", "phantom-0.png"], in: folder)
    let expected = try #require(try alone.objects().first?["observations"] as? [String: [String: String]])
    let found = try #require(objects[1]["examination"] as? [String: Any])
    #expect(found["observations"] as? [String: [String: String]] == expected)
  }

  @Test func `nothing on the input is no work, and a reader that is gone ends it`() async throws {
    let none = try await Program.run(["worker", "--threads", "1"])
    #expect(none.status == 0 && none.output.isEmpty && none.errors.isEmpty, "\(none.errors)")
    let gone = try await Program.run(
      ["worker", "--threads", "1"], input: .bytes(Array(#"{"id": 1, "info": true}"#.utf8)), output: .closedPipe)
    #expect(gone.status == 74 && gone.errorLines.count == 1, "\(gone.errors)")
    let stray = try await Program.run(["worker", "lesion.jpg"])
    #expect(stray.status == 64 && stray.errors.contains("Unexpected argument 'lesion.jpg'"), "\(stray.errors)")
  }
}

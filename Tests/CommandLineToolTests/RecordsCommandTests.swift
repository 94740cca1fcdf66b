import Foundation
import TestPrograms
import Testing

@Suite(.timeLimit(.minutes(10))) struct RecordsCommandTests {
  /// Three phantoms and a broken file, read with `--records`.
  private func kept() async throws -> (folder: URL, path: String) {
    let folder = try TestFolders.folder(TestFolders.phantoms(3).merging(["zz-broken.png": [1, 2, 3]]) { $1 })
    let path = folder.path + "/kept/records.sqlite"
    let done = try await Program.analyze(["--records", path, folder.path])
    #expect(done.status == 65)
    return (folder, path)
  }

  private func records(_ arguments: [String]) async throws -> Program.Outcome {
    try await Program.run(["records"] + arguments)
  }

  @Test func `what analyze keeps is listed, shown, exported, deleted and checked`() async throws {
    let (_, path) = try await kept()
    let listed = try await records(["list", "--json", "--records", path]).objects()
    #expect(listed.count == 4)
    #expect(try await records(["list", "--failed", "--records", path]).lines.count == 1)
    #expect(try await records(["list", "--image", "phantom-1", "--records", path]).lines.count == 1)
    #expect(try await records(["list", "--limit", "2", "--records", path]).lines.count == 2)
    let report = try #require(listed.compactMap { $0["examination"] as? [String: Any] }.first)
    let model = try #require((report["model"] as? [String: Any])?["name"] as? String)
    for (conditions, count) in [
      (["--protocol", "seed"], 4), (["--protocol", "seed", "--failed"], 1),
      (["--protocol", "extended"], 0), (["--weights", model], 4),
      (["--from", "2001-01-01"], 4), (["--to", "2001-01-01T08:30:00Z"], 0), (["--sha256", "0000000000"], 0),
      (["--clean", "--flag", "too_short"], 0),
    ] {
      let found = try await records(["list", "--records", path] + conditions)
      #expect(found.status == 0 && found.lines.count == count, "\(conditions): \(found.text)")
    }
    // The setting says how images are read, not which examinations are shown, exported or deleted.
    let set = try await Program.run(
      ["records", "list", "--records", path], variables: ["DERMGEMMA_PROTOCOL": "extended"])
    #expect(set.lines.count == 4, "\(set.errors)")
    var byCode = 0
    for code in ["mel", "NV", "BCC", "BKL"] {
      byCode += try await records(["list", "--code", code, "--records", path]).lines.count
    }
    #expect(byCode == 3)

    let id = try #require(listed.first { $0["examination"] != nil }?["id"] as? String)
    let shown = try await records(["show", id, "--records", path])
    #expect(shown.status == 0 && shown.text.contains("Classification"))

    let exported = try await records(["export", "--jsonl", "--records", path]).objects()
    #expect(try sortedJSON(exported) == sortedJSON(listed))
    let table = try await records(["export", "--csv", "--records", path])
    #expect(table.text.hasPrefix("id,run,position,finished,image,") && table.text.contains("zz-broken.png"))

    let copy = path + "-copy"
    #expect(try await records(["backup", copy, "--records", path]).status == 0)
    #expect(try await records(["delete", id, "--records", path]).text == "Deleted 1 examination.\n")
    #expect(try await records(["show", id, "--records", path]).status == 66)
    #expect(try await records(["delete", id, "--records", path]).status == 66)
    #expect(try await records(["list", "--json", "--records", path]).objects().count == 3)
    #expect(try await records(["list", "--json", "--records", copy]).objects().count == 4)
    let run = try #require(listed.first?["run"] as? String)
    #expect(try await records(["delete", run, "--records", path]).status == 0)
    let empty = try await records(["list", "--records", path])
    #expect(empty.status == 0 && empty.lines.isEmpty && empty.errorLines == ["dermgemma: no examination matches"])
    #expect(try await records(["check", "--records", path]).text.hasPrefix("Sound: 0 examinations"))
  }

  @Test func `one database is copied into another, and nothing twice`() async throws {
    let (_, path) = try await kept()
    let copy = path + "-copy.sqlite"
    let first = try await records(["copy", path, copy])
    #expect(first.text.hasPrefix("Copied 4 examinations. Both databases hold 4 of 1 run, SHA-256 "))
    #expect(
      try await records(["copy", path, copy]).text.hasPrefix("Copied 0 examinations; 4 were there already. Both "))
    // A copy has a run's examinations in the order of their positions, the original in that in which they ended.
    let exported = try await records(["export", "--jsonl", "--records", path]).lines.sorted()
    #expect(try await records(["export", "--jsonl", "--records", copy]).lines.sorted() == exported)
    #expect(exported.count == 4)
    #expect(try await records(["copy", path]).status == 64)
    #expect(try await records(["copy", path + "-none", copy]).status == 66)
    let nobody = try await records(["copy", path, "postgresql://u:secret@127.0.0.1:1/lesions"])
    #expect(nobody.status == 69)
    #expect(
      nobody.errorLines == ["dermgemma: The database at 127.0.0.1:1/lesions cannot be reached (Connection refused)"])
  }

  @Test func `what was printed was kept, even when the process is killed at once`() async throws {
    // So many that they are not all read before the second result is seen.
    let images = TestFolders.phantoms(6).sorted { $0.key < $1.key }.map(\.value)
    let folder = try TestFolders.folder(
      Dictionary(uniqueKeysWithValues: (0..<90).map { ("lesion-\($0).png", images[$0 % images.count]) }))
    let path = folder.path + "/records.sqlite"
    let output = folder.path + "/output.jsonl"
    #expect(FileManager.default.createFile(atPath: output, contents: nil))
    let killed = try await Program.analyze(
      ["--json", "--parallel", "1", "--records", path, folder.path], output: .path(output),
      act: { process in
        // As soon as the second result is there.
        let text = (try? String(contentsOfFile: output, encoding: .utf8)) ?? ""
        if text.utf8.count(where: { $0 == 10 }) >= 2 { kill(process, SIGKILL) }
      })
    #expect(killed.signal == SIGKILL)
    let printed = try String(contentsOfFile: output, encoding: .utf8).split(separator: "\n").compactMap { line in
      try? JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any]
    }
    #expect(printed.count >= 2)
    let there = try await records(["export", "--jsonl", "--records", path]).objects()
    let reports = try Set(there.map { try sortedJSON($0["examination"]) })
    for report in printed { #expect(reports.contains(try sortedJSON(report))) }
    #expect(try await records(["check", "--records", path]).status == 0)
  }

  @Test func `images of the same name are kept beside each other`() async throws {
    let image = try #require(TestFolders.phantoms(1)["phantom-0.png"])
    let folder = try TestFolders.folder(["a/same.png": image, "b/same.png": image])
    let path = folder.path + "/records.sqlite"
    let done = try await Program.analyze(
      ["--parallel", "2", "--records", path, folder.path + "/a/same.png", folder.path + "/b/same.png"])
    #expect(done.status == 0)
    let positions = try await records(["list", "--json", "--image", "same.png", "--records", path]).objects()
      .compactMap { $0["position"] as? Int }
    #expect(Set(positions) == [0, 1] && positions.count == 2)
  }

  @Test(arguments: [
    [], ["lsit"], ["show"], ["show", "a", "b"], ["show", "not an id"], ["export"], ["export", "--csv", "--jsonl"],
    ["delete"], ["list", "--code", "XYZ"], ["list", "--flag", "fine"], ["list", "--from", "yesterday"],
    ["list", "--limit", "0"], ["list", "--records", "a", "--data", "b"],
  ])
  func `a wrong command line is told`(arguments: [String]) async throws {
    #expect(try await records(arguments).status == 64)
  }

  @Test func `a database that is missing or none is told on one line, and none is made`() async throws {
    let folder = try TestFolders.folder(["letter.sqlite": Array(repeating: 65, count: 5_000)])
    let missing = try await records(["list", "--data", folder.path])
    #expect(missing.status == 66 && missing.errorLines.count == 1)
    #expect(try TestFolders.names(in: folder) == ["letter.sqlite"])
    let none = try await records(["check", "--records", folder.path + "/letter.sqlite"])
    #expect(none.status == 69 && none.errorLines.count == 1)
    let home = try await Program.run(
      ["records", "list"], variables: ["XDG_DATA_HOME": folder.path])
    #expect(home.errorLines == ["dermgemma: There is no database at \(folder.path)/dermgemma/records.sqlite"])
  }
}

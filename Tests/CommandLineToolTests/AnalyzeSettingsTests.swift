import Foundation
import TestPrograms
import Testing

/// Labels and protocols of `analyze`.
@Suite(.timeLimit(.minutes(10))) struct AnalyzeSettingsTests {
  private let quick = ["--protocol", "direct", "--json"]

  @Test func `labels give the ground truth, and their remarks are told`() async throws {
    var files = TestFolders.phantoms(3)
    let labels = """
      Image,Dx, Lesion attributes\r
      phantom-0,mel,"blue veil, streaks"\r
      phantom-0.png,MEL,again\r
      phantom-1,nv,\r
      phantom-1,bcc,\r
      """
    files["labels.csv"] = Array(labels.utf8)
    let folder = try TestFolders.folder(files)
    let outcome = try await Program.analyze(
      quick + ["--labels", "labels.csv", "phantom-0.png", "phantom-1.png", "phantom-2.png"], in: folder)
    #expect(outcome.status == 0)
    #expect(
      outcome.errorLines == [
        "dermgemma: labels.csv, line 3: phantom-0 is there again, as on line 2",
        "dermgemma: labels.csv, line 5: phantom-1 is BCC here and NV on line 4; it counts as unlabelled",
        "dermgemma: labels.csv: the seed's layout (Image, Dx), 1 label; 1 of 3 images has one",
      ])
    let objects = try outcome.objects()
    let truth = try #require(objects[0]["ground_truth"] as? [String: Any])
    #expect(truth["code"] as? String == "MEL" && truth["attribute"] as? String == "blue veil, streaks")
    #expect(objects[1]["ground_truth"] is NSNull && objects[2]["ground_truth"] is NSNull)
  }

  @Test func `unusable labels stop the run before the model is loaded`() async throws {
    let folder = try TestFolders.folder(["bad.csv": Array("Image,Dx\na,nv\nb,nv,more\n".utf8)])
    let missing = try await Program.run(
      ["analyze", "--model", "m", "--mmproj", "p", "--labels", "none.csv", "x.png"], in: folder)
    #expect(missing.status == 66)
    #expect(missing.errorLines == ["dermgemma: none.csv: no such label file"])
    let bad = try await Program.run(
      ["analyze", "--model", "m", "--mmproj", "p", "--labels", "bad.csv", "x.png"], in: folder)
    #expect(bad.status == 65)
    #expect(bad.errorLines == ["dermgemma: bad.csv, line 3: 3 fields where the header has 2"])
  }

  @Test func `an unknown protocol is 66, and a broken document 65`() async throws {
    let folder = try TestFolders.folder([
      "broken.json": Array("{\"schema\": \"dermgemma-protocol/1\",".utf8), "x.json": [0xFF],
    ])
    let unknown = try await Program.analyze(["--protocol", "sed", "x.png"], in: folder)
    #expect(unknown.status == 66)
    #expect(
      unknown.errorLines == ["dermgemma: --protocol sed: neither a readable file nor one of seed, extended, direct"])
    for name in ["broken.json", "x.json"] {
      let broken = try await Program.analyze(["--protocol", name, "x.png"], in: folder)
      #expect(broken.status == 65)
      #expect(broken.errorLines.count == 1 && broken.errors.contains(name), "\(broken.errors)")
    }
  }

  @Test func `a protocol of one's own begins as a copy of a built-in one`() async throws {
    let folder = try TestFolders.folder(TestFolders.phantoms(1))
    let document = try await Program.run(["protocols", "show", "seed"]).output
    try Data(document).write(to: folder.appendingPathComponent("copy.json"))
    let changed = String(decoding: document, as: UTF8.self).replacing("\"id\": \"seed\"", with: "\"id\": \"mine\"")
    try Data(changed.utf8).write(to: folder.appendingPathComponent("mine.json"))
    let check = try await Program.run(["protocols", "check", "copy.json", "mine.json"], in: folder)
    #expect(check.status == 0)
    #expect(check.lines.count == 2)

    func read(_ name: String) async throws -> [String: Any] {
      let outcome = try await Program.analyze(["--json", "--protocol", name, "phantom-0.png"], in: folder)
      #expect(outcome.status == 0, "\(outcome.errors)")
      return try #require(try outcome.objects().first)
    }
    let (builtin, copy, mine) = (try await read("seed"), try await read("copy.json"), try await read("mine.json"))
    for key in ["observations", "description", "diagnosis"] {
      #expect(try sortedJSON(builtin[key]) == sortedJSON(copy[key]), "\(key)")
      #expect(try sortedJSON(builtin[key]) == sortedJSON(mine[key]), "\(key)")
    }
    let references = [builtin, copy, mine].map { $0["protocol"] as? [String: String] }
    #expect(references[2]?["id"] == "mine")
    #expect(references[2]?["digest"] != references[0]?["digest"])
  }
}

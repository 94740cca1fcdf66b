import Foundation
import TestPrograms
import Testing

/// `compare` through the real program, with the embedded model.
@Suite(.timeLimit(.minutes(10))) struct CompareTests {
  /// Four phantoms, read by two protocols.
  private func folder() async throws -> URL {
    var files = Dictionary(uniqueKeysWithValues: TestFolders.phantoms(4).map { ("images/\($0.key)", $0.value) })
    let codes = ["nv", "mel", "bcc", "bkl"]
    files["labels.csv"] = Array(
      ("Image,Dx, Lesion attributes\n" + codes.enumerated().map { "phantom-\($0),\($1),\n" }.joined()).utf8)
    let folder = try TestFolders.folder(files)
    for (name, arguments) in [("one", ["--protocol", "seed"]), ("two", ["--protocol", "direct"])] {
      let done = try await Program.run(
        ["validate", "all", "--images", "images", "--labels", "labels.csv", "--threads", "1", "--out", name]
          + arguments,
        in: folder)
      #expect(done.status == 0, "\(done.errors)")
    }
    return folder
  }

  @Test func `two protocols are compared as text, as JSON and as a page`() async throws {
    let folder = try await folder()
    let text = try await Program.run(["compare", "one", "two", "--out", "both"], in: folder)
    #expect(text.status == 0, "\(text.errors)")
    for words in [
      "They differ in", "Images: 4 compared, of 4 in A and 4 in B", "Metrics on 4 labelled images", "B − A",
      "McNemar’s exact test", "The same code: ", "Images on which they disagree: ", "Written to both",
    ] { #expect(text.text.contains(words), "\(words): \(text.text)") }
    #expect(
      try TestFolders.names(in: folder.appendingPathComponent("both")) == ["comparison.html", "comparison.json"])
    let json = try await Program.run(["compare", "one", "two", "--json"], in: folder)
    let object = try #require(try JSONSerialization.jsonObject(with: Data(json.output)) as? [String: Any])
    let written = try Data(contentsOf: folder.appendingPathComponent("both/comparison.json"))
    #expect(try sortedJSON(object) == sortedJSON(try JSONSerialization.jsonObject(with: written)))

    let runs = try await Program.run(["records", "runs", "--data", "one"], in: folder)
    #expect(runs.status == 0 && runs.lines.count == 1 && runs.text.contains("validate all"), "\(runs.text)")
    let id = try #require(runs.lines.first?.split(separator: " ").first.map(String.init))
    let again = try await Program.run(["compare", "one@\(id)", "two", "--json"], in: folder)
    #expect(again.status == 0, "\(again.errors)")
  }

  @Test func `runs that cannot be compared are refused in one line`() async throws {
    let folder = try await folder()
    let same = try await Program.run(["compare", "one", "one"], in: folder)
    #expect(same.status == 64 && same.errors.contains("one and one are the same run"), "\(same.errors)")
    let missing = try await Program.run(["compare", "one", "three"], in: folder)
    #expect(missing.status == 66 && missing.errorLines.count == 1, "\(missing.errors)")
    let unknown = try await Program.run(["compare", "one", "two@nothing"], in: folder)
    #expect(unknown.status == 66 && unknown.errors.contains("No run has the id nothing"), "\(unknown.errors)")
    let alone = try TestFolders.folder(["image.png": try #require(TestFolders.phantoms(6)["phantom-5.png"])])
    let other = alone.path + "/other.sqlite"
    #expect(try await Program.analyze(["--records", other, alone.path + "/image.png"]).status == 0)
    let foreign = try await Program.run(["compare", "one", other], in: folder)
    #expect(foreign.status == 65 && foreign.errors.contains("no image was read by both"), "\(foreign.errors)")
    let unwritable = try await Program.run(["compare", "one", "two", "--out", "labels.csv/x"], in: folder)
    #expect(unwritable.status == 74, "\(unwritable.errors)")
    for (arguments, words) in [
      (["one"], "Name two runs"), (["one", "two", "--images", "x"], "give --out DIR as well"),
      (["one", "two", "--limit", "-1"], "--limit -1: not a whole number"),
    ] as [([String], String)] {
      let wrong = try await Program.run(["compare"] + arguments, in: folder)
      #expect(wrong.status == 64 && wrong.errors.contains(words), "\(wrong.errors)")
    }
  }
}

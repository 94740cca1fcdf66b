import Foundation
import TestPrograms
import Testing

/// Processes of the real program killed at random moments: no image is lost, read twice or failed in silence.
///
/// The short form of Interop/test_kills.py, which kills hundreds (`make test-interop-kills`).
@Suite(.serialized, .timeLimit(.minutes(10))) struct KillTests {
  private static let images = 8
  private static let model = ["--protocol", "direct", "--threads", "1", "--parallel", "2"]

  /// Phantoms in `images`, one file that is no picture, and labels.
  private func folder() throws -> URL {
    let phantoms = TestFolders.phantoms(Self.images).map { ("images/\($0.key)", $0.value) }
    var files = Dictionary(uniqueKeysWithValues: phantoms)
    files["images/broken.jpg"] = Array("no picture".utf8)
    let codes = ["nv", "mel", "bcc", "bkl"]
    let rows = (0..<Self.images).map { "phantom-\($0),\(codes[$0 % 4])\n" }
    files["labels.csv"] = Array(("image,dx\n" + rows.joined() + "broken,nv\n").utf8)
    return try TestFolders.folder(files)
  }

  /// Runs a command into a folder; a killer may end it before.
  private func run(
    _ command: [String], into name: String, of folder: URL, _ more: [String] = [], killer: Killer? = nil
  ) async throws -> Program.Outcome {
    let words =
      command + ["--images", "images", "--labels", "labels.csv"] + Self.model + more
      + ["--out", "\(folder.path)/\(name)"]
    return try await Program.run(words, in: folder, limit: 120, act: Killer.act(killer))
  }

  /// Reads a part of a run, killed some times on the way.
  ///
  /// - Returns: how often a process was killed.
  private func part(
    _ index: Int, of count: Int, _ command: [String], into name: String, of folder: URL, kills: Int, written: String
  ) async throws -> Int {
    let more = ["--shard", "\(index)", "--of", "\(count)", "--resume", "--digests", "digests.txt"]
    var dice = Dice(seed: UInt64(index + 1))
    var killed = 0
    for _ in 0..<(4 * kills) where killed < kills {
      let killer = Killer(&dice, file: "\(folder.path)/\(name)/\(written)")
      let outcome = try await run(command, into: name, of: folder, more, killer: killer)
      #expect(outcome.signal == SIGKILL || outcome.status == 0, "\(outcome.errors)")
      killed += outcome.signal == SIGKILL ? 1 : 0
    }
    let outcome = try await run(command, into: name, of: folder, more)
    #expect(outcome.status == 0, "\(outcome.errors)")
    #expect(outcome.text.contains("shard \(index) of \(count) is done"), "\(outcome.text)")
    return killed
  }

  /// What a run wrote, by file, without times and ids.
  private func written(in folder: URL, _ name: String, _ files: [String]) throws -> [String: String] {
    var found: [String: String] = [:]
    for file in files {
      let path = "\(folder.path)/\(name)/\(file)"
      guard let data = FileManager.default.contents(atPath: path) else { continue }
      var text = String(decoding: data, as: UTF8.self).replacing("\(folder.path)/\(name)", with: "OUT")
      if file == "phase3_results.csv" { text.replace(#/,[0-9.]+\r\n/#, with: "\r\n") }
      text.replace(#/"(id|started|ended|mean_seconds)" : .*/#) { "\($0.1)" }
      text.replace(#/"started":"[^"]*"|\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ/#, with: "")
      text.replace(#/<dt>(Started|Took)<\/dt><dd>(?:<bdi>)?[^<]*/#) { "\($0.1)" }
      found[file] = text
    }
    return found
  }

  @Test func `killed shards of a validation end in the bytes of one run`() async throws {
    let folder = try folder()
    let validate = ["validate", "all"]
    let whole = try await run(validate, into: "whole", of: folder)
    #expect(whole.status == 65, "\(whole.errors)")
    async let first = part(0, of: 2, validate, into: "part-0", of: folder, kills: 3, written: "records.sqlite-wal")
    async let second = part(1, of: 2, validate, into: "part-1", of: folder, kills: 3, written: "records.sqlite-wal")
    let killed = (try await first, try await second)
    #expect(killed == (3, 3))
    // The merge too, and it is done again.
    var dice = Dice(seed: 9)
    let merge = ["merge", "part-1", "part-0", "--out", "\(folder.path)/merged", "--replace"]
    let killer = Killer(&dice, file: "\(folder.path)/merged/records.sqlite-wal")
    _ = try await Program.run(merge, in: folder, act: { killer.watch($0) })
    let merged = try await Program.run(merge, in: folder)
    #expect(merged.status == 65 && merged.text.contains("Errors: 1 image could not be read"), "\(merged.errors)")
    let files = ["phase1", "phase2", "phase3"].map { "\($0)_results.csv" }
    let (expected, found) = try (
      written(in: folder, "whole", files + ["images.csv", "errors.csv", "summary.json", "report.html"]),
      written(in: folder, "merged", files + ["images.csv", "errors.csv", "summary.json", "report.html"])
    )
    #expect(expected.count == 7 && found.keys.sorted() == expected.keys.sorted())
    for (name, text) in expected { #expect(found[name] == text, "\(name)") }
    #expect(found["phase3_results.csv"]?.split(separator: "\r\n").count == 1 + Self.images)
  }

  @Test func `an audit over workers of one machine, killed on the way, ends in the bytes of one audit`() async throws {
    let folder = try folder()
    try Data(Self.arms.utf8).write(to: folder.appendingPathComponent("few.json"))
    let common = ["--images", "images", "--labels", "labels.csv", "--arms", "few.json", "--threads", "1"]
    let whole = try await Program.run(
      ["audit"] + common + ["--out", "\(folder.path)/whole"], in: folder, limit: 120)
    #expect(whole.status == 65, "\(whole.errors)")
    let run = "\(folder.path)/run"
    let hunter = Hunter(folder: run, kills: 2)
    let cluster =
      ["cluster", "local", "audit"] + common + ["--workers", "2", "--of", "3", "--tries", "9", "--out", run]
    let outcome = try await Program.run(cluster, in: folder, limit: 240, act: { _ in hunter.hunt() })
    #expect(outcome.status == 65 && hunter.killed == 2, "\(outcome.errors)")
    let files = ["audit.csv", "audit.json", "audit.html", "errors.csv"]
    let (expected, found) = try (written(in: folder, "whole", files), written(in: folder, "run/merged", files))
    #expect(expected.count == 4 && found.keys.sorted() == expected.keys.sorted())
    for (name, text) in expected { #expect(found[name] == text, "\(name)") }
    #expect(expected["audit.csv"]?.contains(",swap,") == true, "the merge asked what goes between images")
    let status = try await Program.run(["cluster", "status", "run"], in: folder)
    #expect(
      status.lines == [
        "3 shards: 3 done", "\(Self.images) of \(Self.images + 1) images read, 1 failed",
        "Merged: run/merged/audit.html",
      ])
    let again = try await Program.run(["cluster", "retry", "run"], in: folder)
    #expect(again.status == 0 && again.lines == status.lines, "\(again.errors)")
    let other = try await Program.run(
      ["cluster", "local", "audit"] + common + ["--quick", "--out", "run"], in: folder)
    #expect(other.status == 64 && other.errors.contains("another run is set up there"), "\(other.errors)")
  }

  /// Arms that ask other words of the same picture, and one that goes between images.
  private static let arms = """
    { "schema": "dermgemma-arms/1", "id": "few", "version": "1", "title": "Few", "arms": [
      { "name": "seeds", "title": "t", "family": "chance", "role": "control", "change": {"kind": "seed"},
        "doses": [{"dose": 1, "by": 1}], "compared": ["code_entropy"] },
      { "name": "theirs", "title": "t", "family": "chain", "role": "swap", "change": {"kind": "another_notes"},
        "compared": ["swap_own"] }
    ] }
    """

  @Test func `a killed worker whose client asks again answers each request once`() async throws {
    let folder = try folder()
    let names = try TestFolders.names(in: folder.appendingPathComponent("images"))
    func answers(to names: [String], killer: Killer? = nil) async throws -> (lines: [Substring], wasKilled: Bool) {
      let path = try TestFolders.unique()
      try Data().write(to: URL(fileURLWithPath: path))
      killer?.file = path
      let requests = names.map { name in #"{"id": "\#(name)", "path": "images/\#(name)"}"# }
      let input = requests.joined(separator: "\n") + "\n"
      let outcome = try await Program.run(
        ["worker"] + Self.model, input: .bytes(Array(input.utf8)), output: .path(path), in: folder, limit: 120,
        act: Killer.act(killer))
      #expect(outcome.signal == SIGKILL || outcome.status == 0, "\(outcome.errors)")
      // A torn last line is no answer.
      let text = try String(contentsOfFile: path, encoding: .utf8)
      let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
      return (Array(lines.dropLast()), outcome.signal == SIGKILL)
    }
    /// What an answer says, by the request's id, without times.
    func said(_ line: Substring) throws -> (name: String, text: String) {
      let object = try #require(try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
      let examination = object["examination"] as? [String: Any]
      let parts = ["observations", "description", "diagnosis", "flags"].map { examination?[$0] ?? NSNull() }
      return (try #require(object["id"] as? String), try sortedJSON([parts, object["error"] ?? NSNull()]))
    }
    let undisturbed = try await answers(to: names).lines.map(said)
    let expected = Dictionary(uniqueKeysWithValues: undisturbed.map { ($0.name, $0.text) })
    #expect(expected.count == Self.images + 1)
    var dice = Dice(seed: 5)
    var (found, killed) = ([String: String](), 0)
    for _ in 0..<30 where found.count < names.count {
      let killer = killed < 4 ? Killer(&dice, file: "", mostWrites: 2) : nil
      let answered = try await answers(to: names.filter { found[$0] == nil }, killer: killer)
      killed += answered.wasKilled ? 1 : 0
      for (name, text) in try answered.lines.map(said) {
        #expect(found.updateValue(text, forKey: name) == nil, "\(name) was answered twice")
      }
    }
    #expect(found == expected && killed > 1, "\(killed) kills")
  }
}

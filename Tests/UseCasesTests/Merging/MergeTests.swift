import Faults
import Foundation
import Records
import Testing
import Validation

@testable import UseCases

/// Shards of a scripted model's run, merged.
@Suite(.timeLimit(.minutes(5))) struct MergeTests {
  private func merge(_ run: ShardedRun, _ names: [String], to name: String) async throws {
    var request = MergeRequest(names.map { run.folder.path + "/" + $0 }, into: run.folder.path + "/" + name)
    request.scores = request.folder + "/isic.csv"
    request.outputWords = ["--out", request.folder]
    try await request.run { _ in }
  }

  private func shards(of run: ShardedRun, _ count: Int, called name: String) async throws -> [String] {
    var names: [String] = []
    for index in 0..<count {
      let shard = try #require(Shard(index, of: count))
      names.append("\(name)-\(index)")
      if index == 1 {
        // As if the process had been killed after some images, more than once.
        try await run.run(names[index], shard: shard, most: 2)
        try await run.run(names[index], shard: shard, resuming: true, most: 1)
      }
      try await run.run(names[index], shard: shard, resuming: index == 1)
    }
    return names
  }

  @Test(arguments: [1, 3, 50]) func `merged shards are the bytes of one run`(count: Int) async throws {
    let run = try ShardedRun()
    let entries = try run.manifest().entries
    if count == 3 {
      let places = entries.map { Shard.index(of: $0, among: count) }
      #expect((0..<10).contains { places[2 * $0] != places[2 * $0 + 1] }, "no lesion is split")
    }
    try await run.run("whole")
    let names = try await shards(of: run, count, called: "part")
    try await merge(run, names.shuffled(), to: "merged")
    let (whole, merged) = (try run.written(in: "whole"), try run.written(in: "merged"))
    #expect(whole.keys.sorted() == merged.keys.sorted())
    #expect(whole.keys.contains("errors.csv") && whole.keys.contains("report.html") && whole.keys.contains("isic.csv"))
    for (name, text) in whole { #expect(merged[name] == text, "\(name)") }

    let store = try await RecordStores.open(run.folder.path + "/merged/records.sqlite", opening: .existing)
    let stored = try await store.runs(limit: 10, after: nil).elements
    #expect(stored.map(\.state) == [.finished] && stored.map(\.kind) == ["validate all"])
    let examinations = try await store.examinations(ofRun: stored[0].id, after: nil, limit: 100)
    #expect(examinations.map(\.imageName) == entries.map(\.name), "in the order of the whole run")
    let query = RecordQuery(run: stored[0].id)
    let counts = try await store.counts(matching: query)
    #expect(counts.failures == 1 && !counts.flags.isEmpty)
    #expect(try await store.check().isEmpty)
    await store.close()
  }

  @Test(arguments: [LesionGrouping.lesionID, .folder, .column("nest")])
  func `the merge puts lesions together whose pictures are in several shards`(grouping: LesionGrouping) async throws {
    var run = try ShardedRun()
    run.grouping = grouping
    try await run.run("whole")
    try await merge(run, try await shards(of: run, 3, called: "part"), to: "merged")
    let (whole, merged) = (try run.written(in: "whole"), try run.written(in: "merged"))
    #expect(whole.keys.sorted() == merged.keys.sorted() && whole["lesions.json"] != nil)
    for (name, text) in whole { #expect(merged[name] == text, "\(name)") }
    let rows = try #require(merged["lesions.csv"]).split(separator: "\r\n").map(String.init)
    // Ten pairs; one folder; six nests and two images of their own.
    let counts: [LesionGrouping: Int] = [.lesionID: 10, .folder: 1, .column("nest"): 8]
    #expect(rows.count - 1 == counts[grouping])
    #expect(grouping != .column("nest") || rows[1].hasPrefix("N0,3,0,"), "\(rows[1])")
  }

  @Test func `shards that are grouped otherwise are refused, and grouping is made up for`() async throws {
    var run = try ShardedRun()
    let first = try await shards(of: run, 2, called: "plain")[0]
    run.grouping = .column("nest")
    try await run.run("grouped", shard: Shard(1, of: 2))
    func refusal(_ names: [String]) async -> String {
      do {
        try await merge(run, names, to: "merged")
        return "merged"
      } catch {
        return "\(error)"
      }
    }
    let other = await refusal([first, "grouped"])
    #expect(other.hasSuffix("--group-by (nest, not none)"), "\(other)")
    // Nothing is read again, and the shards fit.
    try await run.run(first, shard: Shard(0, of: 2), resuming: true)
    // Another column of the same name.
    let path = run.folder.path + "/metadata.csv"
    let table = try String(contentsOfFile: path, encoding: .utf8)
    try Data(table.replacing("N0", with: "N1").utf8).write(to: URL(fileURLWithPath: path))
    try await run.run("changed", shard: Shard(1, of: 2))
    let changed = await refusal([first, "changed"])
    #expect(changed.hasSuffix("the column nest of lesions"), "\(changed)")
    // A list of which a line was lost.
    let list = run.folder.path + "/grouped/shard.jsonl"
    let text = try String(contentsOfFile: list, encoding: .utf8)
    try Data(text.replacing(#/,"group":"N[0-9]"/#, with: "").utf8).write(to: URL(fileURLWithPath: list))
    #expect(await refusal([first, "grouped"]).hasSuffix("their lesions are not those of the run"))
    try Data(text.utf8).write(to: URL(fileURLWithPath: list))
    #expect(await refusal([first, "grouped"]) == "merged")
  }

  @Test func `what is not one whole run is refused by name, and nothing is written`() async throws {
    let run = try ShardedRun()
    let names = try await shards(of: run, 4, called: "part")
    func refusal(_ names: [String]) async -> String {
      do {
        try await merge(run, names, to: "merged")
        return "merged"
      } catch let fault as MergeFault {
        return fault.description
      } catch {
        return "\(error)"
      }
    }
    #expect(await refusal([names[0], names[3]]).hasSuffix("of 4 shards, some are missing: 1, 2"))
    let twice = await refusal(names + [names[2]])
    #expect(twice.contains("shard 2 of 4 is there twice, in ") && twice.contains("part-2"))

    var other = run
    other.seed = 7
    try await other.run("reseeded", shard: Shard(3, of: 4))
    let strange = await refusal(Array(names.prefix(3)) + ["reseeded"])
    #expect(
      strange.contains("reseeded is of another run than") && strange.hasSuffix("the seed (7, not 0)"), "\(strange)")

    try await run.run("begun", shard: Shard(3, of: 4), most: 1)
    let begun = await refusal(Array(names.prefix(3)) + ["begun"])
    #expect(begun.contains("begun, shard 3 of 4: ") && begun.hasSuffix("; continue with --resume"), "\(begun)")

    try await run.run("whole")
    #expect(await refusal(names + ["whole"]).contains("whole is no shard"))
    #expect(await refusal(names + ["none"]).contains("There is no database at"))

    let path = run.folder.path + "/part-2/" + ShardThumbnails.fileName
    let thumbnails = try Data(contentsOf: URL(fileURLWithPath: path))
    try thumbnails.dropLast().write(to: URL(fileURLWithPath: path))
    #expect(await refusal(names).contains("thumbnails.bin is missing or cut short"))
    try thumbnails.write(to: URL(fileURLWithPath: path))

    // The images changed between two shards.
    try Data("another picture".utf8).write(to: run.folder.appendingPathComponent("images/image-3.png"))
    try await run.run("later", shard: Shard(3, of: 4))
    #expect(await refusal(Array(names.prefix(3)) + ["later"]).contains("the images ("))
    #expect(!FileManager.default.fileExists(atPath: run.folder.path + "/merged"))
    #expect(await refusal(names) == "merged")
    #expect(await refusal(names).contains("a run of validate all is there already"))
    let inside = MergeRequest(names.map { run.folder.path + "/" + $0 }, into: run.folder.path + "/./part-1/")
    await #expect(throws: MergeFault.self) { try await inside.run { _ in } }
  }

  @Test func `a shard that is being written is left alone`() async throws {
    let run = try ShardedRun()
    let names = try await shards(of: run, 2, called: "part")
    let busy = try RunFolder(run.folder.path + "/part-0")
    await #expect(throws: RunFolderFault.inUse(folder: busy.path)) { try await merge(run, names, to: "merged") }
  }

  @Test func `one and the same picture is in one shard, whatever its name`() throws {
    let entries = try ShardedRun().manifest().entries
    for count in [2, 5, 1_000] {
      let places = Dictionary(grouping: entries) { $0.digest }.mapValues { same in
        Set(same.map { Shard.index(of: $0, among: count) })
      }
      #expect(places.count == 19 && places.values.allSatisfy { $0.count == 1 })
    }
    #expect(Shard(3, of: 3) == nil && Shard(-1, of: 3) == nil && Shard(0, of: 0) == nil && Shard(0, of: .max) == nil)
  }
}

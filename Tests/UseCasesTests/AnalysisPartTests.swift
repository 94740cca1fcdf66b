import Dermoscopy
import Faults
import Foundation
import Records
import Synchronization
import TestRecords
import Testing
import Validation

@testable import UseCases

/// An analysis in shards, stopped and continued.
@Suite(.timeLimit(.minutes(2))) struct AnalysisPartTests {
  private struct Stopped: Fault {
    var kind: FaultKind { .unusableWeights }
    var description: String { "stopped" }
  }

  private struct Silent: AnalysisObserver {
    func modelIsLoading() {}
    func follow(_ log: ExaminationLog, of input: AnalysisInput, number: Int, of count: Int) async {}
    func ended(_ outcome: AnalysisOutcome) throws {}
  }

  /// Twenty files, one of which nobody can read, and a path that leads nowhere.
  private func images() throws -> [AnalysisInput] {
    let folder = try RecordFixtures.path("images")
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    for number in 0..<20 {
      try Data("picture \(number)".utf8).write(to: URL(fileURLWithPath: "\(folder)/\(number).png"))
    }
    return AnalysisInput.inputs(at: folder) + AnalysisInput.inputs(at: folder + "/gone.png")
  }

  private func part(_ all: [AnalysisInput], _ shard: Shard?, digests: String? = nil) async throws -> AnalysisPart {
    try await AnalysisPart(of: all, shard: shard, digests: digests) { _, _ in }
  }

  /// Reads what is left of a part.
  ///
  /// - Parameter most: how many are read before everything stops; `nil` for all.
  private func read(_ part: AnalysisPart, in store: any RecordStore, seed: UInt64 = 0, most: Int? = nil) async throws
    -> Int
  {
    var run = RecordFixtures.run()
    run.id = RecordID()
    run.kind = "analyze"
    run.provenance.seed = seed
    run.settings = try part.settings()
    run.inputs = part.fingerprint
    let recorder = try await RunRecorder.continuing(run, in: store)
    let waiting = try await part.remaining(of: recorder.run.id, in: store)
    let last = most.map { waiting[$0].name }
    let analysis = Analysis(parallel: 1, recorder: recorder, observer: Silent()) { input, _ in
      if case .missing(let fault) = input.source { throw fault }
      if input.name == last { throw Stopped() }
      var report = try RecordFixtures.report(name: input.name)
      report.image.sha256 = input.name == "7.png" ? RecordFixtures.digest(1) : input.digest ?? ""
      return report
    }
    do { _ = try await analysis.run(waiting) } catch is Stopped {}
    return waiting.count
  }

  @Test func `shards divide the images, whatever the order, and each image keeps its place`() async throws {
    let all = try images()
    var found: [Int: String] = [:]
    for index in 0..<3 {
      let part = try await part(all, Shard(index, of: 3))
      let turned = try await self.part(all.reversed(), Shard(index, of: 3))
      #expect(Set(part.inputs.map(\.name)) == Set(turned.inputs.map(\.name)))
      #expect(part.total == 21)
      for input in part.inputs {
        #expect(found.updateValue(input.name, forKey: try #require(input.position)) == nil)
      }
    }
    #expect(found.count == 21 && found.allSatisfy { all[$0.key].name == $0.value })
  }

  @Test func `a part that was stopped continues in its run, and another one begins its own`() async throws {
    let all = try images()
    let store = try await RecordStores.open(try RecordFixtures.path())
    for index in 0..<2 {
      let part = try await part(all, Shard(index, of: 2))
      #expect(try await read(part, in: store, most: 3) == part.inputs.count)
      #expect(try await read(part, in: store, most: 2) == part.inputs.count - 3)
      // What failed is tried again: a file that changed, and one that is not there.
      let failed = part.inputs.count { ["7.png", "gone.png"].contains($0.name) }
      #expect(try await read(part, in: store) <= part.inputs.count - 5 + failed)
      #expect(try await read(part, in: store) == failed)
    }
    let runs = try await store.runs(limit: 10, after: nil).elements
    #expect(runs.count == 2 && runs.allSatisfy { $0.state == .finished })
    let counts = try await store.counts(matching: RecordQuery())
    #expect(counts.examinations == 21 && counts.failures == 2)
    // Another seed, other images: other runs.
    _ = try await read(try await part(all, Shard(0, of: 2)), in: store, seed: 1)
    _ = try await read(try await part(Array(all.dropLast()), Shard(0, of: 2)), in: store)
    _ = try await read(try await part(all, nil), in: store)
    #expect(try await store.runs(limit: 10, after: nil).elements.count == 5)
    await store.close()
  }

  @Test func `a lesion is in one part with all of its pictures, and those stored before are told again`() async throws {
    let all = try images()
    // Pictures 0 to 14 are of five lesions, the others of one each.
    let names = all.map { input in Int(input.name.prefix { $0 != "." }).flatMap { $0 < 15 ? "lesion \($0 % 5)" : nil } }
    let list = try RecordFixtures.path("digests.txt")
    func part(_ shard: Shard?, of all: [AnalysisInput], _ names: [String?], _ digests: String? = nil) async throws
      -> AnalysisPart
    { try await AnalysisPart(of: all, shard: shard, digests: digests, lesions: ("nest", names)) { _, _ in } }
    func settings(_ part: AnalysisPart) -> String { (try? part.settings()) ?? "" }
    var parts: [String: Int] = [:]
    var (count, split) = (0, 0)
    for index in 0..<3 {
      let shard = try #require(Shard(index, of: 3))
      let own = try await part(shard, of: all, names)
      count += own.inputs.count
      let lesions = Set(own.inputs.compactMap { names[$0.position ?? 0] })
      for lesion in lesions { #expect(parts.updateValue(index, forKey: lesion) == nil, "\(lesion)") }
      let alone = try await self.part(all, shard)
      split += Set(alone.inputs.compactMap { names[$0.position ?? 0] }).count
      // By images alone, and of another grouping, the part is another one.
      #expect(alone.fingerprint != own.fingerprint && settings(alone) != settings(own))
      #expect(
        try await part(shard, of: all, names.map { $0 == "lesion 1" ? "lesion 2" : $0 }).fingerprint != own.fingerprint)
      let turned = try await part(shard, of: all.reversed(), names.reversed())
      #expect(Set(turned.inputs.map(\.name)) == Set(own.inputs.map(\.name)))
      let listed = try await part(shard, of: all, names, list)
      #expect(listed.inputs.map(\.name) == own.inputs.map(\.name) && listed.fingerprint == own.fingerprint)
      #expect(listed.digestCheck?.unchanged == own.inputs.count { $0.name != "gone.png" })
    }
    #expect(count == 21 && parts.count == 5 && split > 5, "by images alone, lesions are split")
    // Without parts, an analysis of images continues whatever groups them.
    let whole = try await part(nil, of: all, names)
    let images = try await self.part(all, nil)
    #expect(whole.fingerprint == images.fingerprint && settings(whole) == settings(images))
    #expect(whole.tellsStored && !images.tellsStored)
  }

  @Test func `what was read before is told in its place, and not kept again`() async throws {
    let all = try images()
    let store = try await RecordStores.open(try RecordFixtures.path())
    let recorder = try await RunRecorder.begin(RecordFixtures.run(), in: store)
    let told = Mutex<[String]>([])
    struct Witness: AnalysisObserver {
      let told: @Sendable (String) -> Void
      func modelIsLoading() {}
      func follow(_ log: ExaminationLog, of input: AnalysisInput, number: Int, of count: Int) async {}
      func ended(_ outcome: AnalysisOutcome) throws {
        if case .report(let report) = outcome { told(report.image.name) }
      }
    }
    let analysis = Analysis(
      parallel: 2, recorder: recorder, observer: Witness { name in told.withLock { $0.append(name) } }
    ) { input in
      ["2.png", "4.png"].contains(input.name) ? try RecordFixtures.report(name: "stored " + input.name) : nil
    } read: { input, _ in
      try RecordFixtures.report(name: input.name)
    }
    let inputs = all.filter { ["2.png", "3.png", "4.png", "5.png"].contains($0.name) }
    #expect(try await analysis.run(inputs) == nil)
    #expect(told.withLock { $0 } == ["stored 2.png", "3.png", "stored 4.png", "5.png"])
    #expect(try await store.counts(matching: RecordQuery()).examinations == 2)
    await store.close()
  }

  @Test func `a list of digests serves all shards, and a changed image is refused by name`() async throws {
    let all = try images()
    let list = try RecordFixtures.path("digests.txt")
    let (read, listed) = (try await part(all, nil), try await part(all, nil, digests: list))
    #expect(read.fingerprint == listed.fingerprint && read.inputs.map(\.digest) == listed.inputs.map(\.digest))
    let path = try #require(all[4].path)
    try Data("another".utf8).write(to: URL(fileURLWithPath: path))
    await #expect(throws: DigestListFault.changed(image: path, list: list)) {
      _ = try await part(all, nil, digests: list)
    }
  }

  @Test func `an image that changed behind the list's back fails alone, and says so`() async throws {
    let all = try images()
    let store = try await RecordStores.open(try RecordFixtures.path())
    _ = try await read(try await part(all, nil), in: store)
    var query = RecordQuery()
    query.isFailure = true
    let failed = try await store.examinations(matching: query, limit: 5, after: nil).elements
    #expect(failed.compactMap(\.failure?.message).contains("7.png: the file changed while the run was under way"))
    await store.close()
  }
}

import Datasets
import Dermoscopy
import Foundation
import Records
import Synchronization
import TestRecords
import Testing

@testable import Validation

/// A run over images that nobody really looks at.
@Suite struct ValidationRunTests {
  /// A manifest of files that need not be there.
  private func manifest(_ count: Int) -> Manifest {
    let entries = (0..<count).map { index in
      Sample(
        position: index, name: "image-\(index).png", source: .file(path: "/none/\(index)"),
        digest: RecordFixtures.digest(index + 1), truth: GroundTruth(code: "NV"),
        metadata: ClinicalMetadata(lesion: "L\(index / 2)"))
    }
    return Manifest(entries, coverage: LabelCoverage(entries, labels: nil, wasLimited: false))
  }

  private func report(_ entry: Sample) throws -> ExaminationReport {
    try RecordFixtures.report(
      name: entry.name, image: entry.position + 1, code: LesionCode.allCases[entry.position % 4])
  }

  private struct Setting {
    var folder: RunFolder
    var records: RunRecords
    var recorder: RunRecorder
    var run: Run { recorder.run }

    init(_ manifest: Manifest, mode: RunRecords.Mode = .fresh, in path: String? = nil) async throws {
      folder = try RunFolder(try path ?? RecordFixtures.path("out"))
      records = try await RunRecords(folder: folder, scope: .all, mode: mode)
      let settings = RunSettings(
        scope: .all, images: "x", notes: nil, labels: nil, metadata: nil, limit: nil, manifest: manifest, parallel: 4,
        threads: 1, version: "1")
      recorder = try await records.begin(
        settings, provenance: RecordFixtures.run().provenance, manifest: manifest, command: ["validate", "all"])
    }
  }

  @Test func `what was kept is not examined again, and what failed is`() async throws {
    let manifest = manifest(9)
    let setting = try await Setting(manifest)
    let calls = Mutex<[Int]>([])
    func run(breaking: Set<Int>) -> ValidationRun {
      ValidationRun(recorder: setting.recorder, manifest: manifest, parallel: 3) { entry in
        calls.withLock { $0.append(entry.position) }
        if breaking.contains(entry.position) { throw LabelFault(file: entry.name, line: nil, reason: "broken") }
        return try report(entry)
      }
    }
    try await run(breaking: [4]).examine([0, 1, 4, 7]) { _, _ in }
    #expect(try await run(breaking: []).remaining() == [2, 3, 4, 5, 6, 8])
    try await run(breaking: []).examine(run(breaking: []).remaining()) { _, _ in }
    #expect(try await run(breaking: []).remaining().isEmpty)
    #expect(calls.withLock { $0.sorted() } == [0, 1, 2, 3, 4, 4, 5, 6, 7, 8])
    var names: [String] = []
    for try await kept in setting.records.store.examinations(ofRun: setting.run.id) {
      names.append(kept.imageName)
      #expect(kept.report != nil && kept.metadata.lesion == "L\(kept.position / 2)")
    }
    #expect(names == manifest.entries.map(\.name), "whatever the order in which they ended")
  }

  @Test func `a fault that concerns all images stops the run, and what was read before stays`() async throws {
    struct Broken: Error {}
    let manifest = manifest(20)
    let setting = try await Setting(manifest)
    let run = ValidationRun(recorder: setting.recorder, manifest: manifest, parallel: 1) { entry in
      if entry.position == 5 { throw Broken() }
      return try report(entry)
    }
    await #expect(throws: Broken.self) { try await run.examine(run.remaining()) { _, _ in } }
    #expect(try await run.remaining() == Array(5..<20))
  }

  @Test func `an image that changed while the run was under way fails alone`() async throws {
    let manifest = manifest(3)
    let setting = try await Setting(manifest)
    let failures = Mutex<[String]>([])
    let run = ValidationRun(recorder: setting.recorder, manifest: manifest, parallel: 1) { entry in
      var report = try report(entry)
      if entry.position == 1 { report.image.sha256 = RecordFixtures.digest(99) }
      return report
    }
    try await run.examine(run.remaining()) { _, outcome in
      if case .failure(let failure) = outcome { failures.withLock { $0.append(failure.message) } }
    }
    #expect(failures.withLock { $0 } == ["image-1.png: the file changed while the run was under way"])
  }

  @Test func `a folder holds one validation at a time, and results are not overwritten in silence`() async throws {
    let path = try RecordFixtures.path("out")
    let manifest = manifest(2)
    do {
      let setting = try await Setting(manifest, in: path)
      #expect(throws: RunFolderFault.inUse(folder: path)) { try RunFolder(path) }
      try await setting.records.store.mark(run: setting.run.id, as: .interrupted)
      await setting.records.store.close()
    }
    await #expect(throws: RunFolderFault.occupied(folder: path, by: "a run of validate all", isUnfinished: true)) {
      try await Setting(manifest, in: path)
    }
    let first = try await Setting(manifest, mode: .resuming, in: path).run.id
    #expect(try await Setting(manifest, mode: .resuming, in: path).run.id == first)
    await #expect(throws: RunFolderFault.self) { try await Setting(self.manifest(3), mode: .resuming, in: path) }
    #expect(try await Setting(self.manifest(3), mode: .replacing, in: path).run.id != first)
  }

  @Test func `a folder that is in use closes no file of others`() async throws {
    let path = try RecordFixtures.path("out")
    let holder = try RunFolder(path)
    let refusals = Task.detached {
      var count = 0
      for _ in 0..<4000 where (try? RunFolder(path)) == nil { count += 1 }
      return count
    }
    var lost = 0
    for _ in 0..<4000 {
      let file = open("/dev/null", O_RDONLY | O_CLOEXEC)
      for _ in 0..<20 where fcntl(file, F_GETFD) < 0 {
        lost += 1
        break
      }
      close(file)
    }
    #expect(await refusals.value == 4000)
    #expect(lost == 0)
    #expect(holder.path == path)
  }

  @Test func `what changed since a run began is told`() async throws {
    let manifest = manifest(2)
    let setting = try await Setting(manifest)
    let settings = try RunSettings(json: setting.run.settings)
    var provenance = setting.run.provenance
    #expect(settings.changes(since: setting.run, provenance: provenance, differences: []).isEmpty)
    provenance.seed = 3
    provenance.weights = RecordFixtures.digest(5)
    let changes = settings.changes(since: setting.run, provenance: provenance, differences: [])
    #expect(
      changes.count == 2 && changes[0].hasPrefix("the seed changed") && changes[1].hasPrefix("the weights changed"))
    provenance = setting.run.provenance
    provenance.protocolDigest = RecordFixtures.digest(6)
    #expect(
      settings.changes(since: setting.run, provenance: provenance, differences: []).first?
        .hasPrefix("the protocol changed (it was seed 1.0.0") == true)
  }

  @Test func `no more images are under way than were asked for, and what ended is let go`() async throws {
    let manifest = manifest(200)
    let setting = try await Setting(manifest)
    let underWay = Mutex((now: 0, most: 0))
    let run = ValidationRun(recorder: setting.recorder, manifest: manifest, parallel: 3) { entry in
      underWay.withLock { $0 = ($0.now + 1, max($0.most, $0.now + 1)) }
      await Task.yield()
      return try report(entry)
    }
    try await run.examine(run.remaining()) { _, _ in underWay.withLock { $0.now -= 1 } }
    #expect(underWay.withLock { $0.now } == 0)
    // One more may begin while the end of another is being told.
    #expect(underWay.withLock { $0.most } <= 4)
  }

  /// On request, and alone in its process, because it looks at the whole process's memory:
  /// DERMGEMMA_TEST_LONG=1 swift test --filter ValidationRunTests
  @Test(
    .enabled(
      if: ProcessInfo.processInfo.environment["DERMGEMMA_TEST_LONG"] == "1", "asked for by DERMGEMMA_TEST_LONG=1"))
  func `memory does not grow with the number of images`() async throws {
    let count = 10_000
    let manifest = manifest(count)
    let setting = try await Setting(manifest)
    let text = String(repeating: "The network is even and brown. ", count: 100)
    let run = ValidationRun(recorder: setting.recorder, manifest: manifest, parallel: 4) { entry in
      try RecordFixtures.report(name: entry.name, image: entry.position + 1, text: text)
    }
    let half = Array(0..<(count / 3))
    try await run.examine(half) { _, _ in }
    let before = Self.resident()
    try await run.examine(run.remaining()) { _, _ in }
    let results = try await RunResults(
      folder: setting.folder, store: setting.records.store, run: setting.run, manifest: manifest, scope: .all,
      readingProtocol: .builtin(named: "seed"), scores: nil)
    #expect(results.counts.examined == count)
    let grown = Self.resident() - before
    // Their texts alone, raw and cleaned, would be as much; a report kept in memory is more.
    let ifKept = (count - half.count) * 3 * text.utf8.count
    #expect(grown < ifKept / 2, "\(grown) bytes more for \(count - half.count) images")
  }

  /// Bytes resident.
  private static func resident() -> Int {
    let text = (try? String(contentsOfFile: "/proc/self/statm", encoding: .utf8)) ?? ""
    return (text.split(separator: " ").dropFirst().first.flatMap { Int($0) } ?? 0) * 4096
  }
}

import AuditReporting
import Foundation
import Synchronization
import Testing
import Validation

@testable import Auditing

/// An audit in parts, put together.
@Suite(.timeLimit(.minutes(5))) struct ShardTests {
  @Test func `merged shards are the bytes of one undisturbed audit, arms between images too`() async throws {
    let audit = try SmallAudit(7)
    defer { audit.fixture.remove() }
    try Data("no picture".utf8).write(to: URL(fileURLWithPath: audit.folder("images/lesion-102.png")))
    let whole = try #require(try await audit.request(into: "whole").run { _ in })
    var parts: [String] = []
    for index in 0..<3 {
      parts.append(try await audit.shard(index, of: 3))
      #expect(!FileManager.default.fileExists(atPath: parts[index] + "/" + AuditReport.documentName))
    }
    let merged = try #require(
      try await audit.request(into: "merged").merge(try AuditShardSet(parts.reversed())) { _ in })
    #expect(merged.work == whole.work && merged.failures == whole.failures && merged.failures.count == 1)
    for name in [AuditReport.answersName, AuditReport.documentName, AuditReport.pageName, "errors.csv"] {
      #expect(try audit.text(name, of: "merged") == audit.text(name, of: "whole"), "\(name)")
    }
    let table = try audit.text(AuditReport.answersName, of: "merged")
    #expect(table.contains(",swap,") && table.contains(",other_image,"))
  }

  @Test func `an image's part is in its bytes, and each image is in one part`() async throws {
    let audit = try SmallAudit(6)
    defer { audit.fixture.remove() }
    var seen: [Int] = []
    for index in 0..<3 {
      let folder = try await audit.shard(index, of: 3)
      seen += try AuditJournal(folder + "/" + AuditJournal.fileName).images
    }
    #expect(seen.sorted() == Array(0..<6))
  }

  @Test func `gaps, overlaps and strangers are refused by name, and nothing is written`() async throws {
    let audit = try SmallAudit(6)
    defer { audit.fixture.remove() }
    var parts: [String] = []
    for index in 0..<3 { parts.append(try await audit.shard(index, of: 3)) }
    func problems(_ folders: [String]) async -> String {
      do {
        _ = try await audit.request(into: "merged").merge(try AuditShardSet(folders)) { _ in }
        return ""
      } catch { return "\(error)" }
    }
    #expect(await problems(Array(parts.dropLast())).contains("of 3 shards, one is missing: 2"))
    #expect(await problems([audit.folder("images")]).contains("images is no shard of an audit"))
    let copy = audit.folder("copy")
    try FileManager.default.copyItem(atPath: parts[1], toPath: copy)
    #expect(await problems(parts + [copy]).contains("shard 1 of 3 is there twice"))
    try FileManager.default.removeItem(atPath: parts[1])
    _ = try await audit.shard(1, of: 3) { $0.seed = 9 }
    #expect(await problems(parts).contains("part-1 is of another audit than"))
    #expect(await problems(parts).contains("the seed changed (it was 0, it is 9)"))
    try FileManager.default.removeItem(atPath: parts[1])
    try FileManager.default.copyItem(atPath: copy, toPath: parts[1])
    // Its last image is torn away.
    let path = parts[1] + "/" + AuditJournal.fileName
    let lines = try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n")
    try Data((lines.dropLast().joined(separator: "\n") + "\n").utf8).write(to: URL(fileURLWithPath: path))
    #expect(await problems(parts).contains("images are not read yet, the first of them lesion-"))
    #expect(!FileManager.default.fileExists(atPath: audit.folder("merged/" + AuditReport.documentName)))
    _ = try await audit.shard(1, of: 3) { $0.mode = .resuming }
    #expect(await problems(parts) == "")
  }

  @Test func `how far a part is, its answers say, and they stay as they are`() async throws {
    let audit = try SmallAudit(6)
    defer { audit.fixture.remove() }
    try Data("no picture".utf8).write(to: URL(fileURLWithPath: audit.folder("images/lesion-102.png")))
    let shard = try #require(Shard(0, of: 1))
    let folder = audit.folder("part-0")
    func progress() throws -> ShardProgress { try ShardProgress(ofAudit: shard, in: folder) }
    #expect(try progress() == ShardProgress())
    _ = try await audit.shard(0, of: 1)
    let done = try progress()
    #expect((done.state, done.images, done.imagesOfTheRun, done.read, done.failed) == (.done, 6, 6, 5, 1))
    // Killed while it wrote its last line.
    let path = folder + "/" + AuditJournal.fileName
    let journal = try Data(contentsOf: URL(fileURLWithPath: path))
    let torn = journal.dropLast(7)
    try torn.write(to: URL(fileURLWithPath: path))
    let stopped = try progress()
    #expect(stopped.state == .stopped && stopped.read + stopped.failed == 5)
    do {
      let busy = try RunFolder(folder)
      #expect(try progress().state == .running && progress().read == stopped.read)
      withExtendedLifetime(busy) {}
    }
    #expect(try Data(contentsOf: URL(fileURLWithPath: path)) == torn, "nothing is cut off by looking")
    // An image that was read again counts once.
    let lines = journal.split(separator: UInt8(ascii: "\n"))
    try (journal + lines[1] + Data("\n".utf8)).write(to: URL(fileURLWithPath: path))
    #expect(try progress() == done)
    let other = try #require(Shard(0, of: 2))
    let fault = #expect(throws: MergeFault.self) { _ = try ShardProgress(ofAudit: other, in: folder) }
    #expect(fault?.description.contains("part-0 is shard 0 of 1, and should be shard 0 of 2") == true)
    try Data("nonsense\n".utf8).write(to: URL(fileURLWithPath: path))
    #expect(throws: BrokenJournal.self) { _ = try progress() }
  }

  @Test func `parts share a list of digests, which all of them together compare with the images`() async throws {
    let audit = try SmallAudit(6)
    defer { audit.fixture.remove() }
    let whole = try #require(try await audit.request(into: "whole").run { _ in })
    let remarks = Mutex<[String]>([])
    for index in 0..<2 {
      try await audit.request(into: "part-\(index)") {
        $0.shard = Shard(index, of: 2)
        $0.wholeCommand = ["audit"]
        $0.digests = audit.folder("digests.txt")
      }.run { event in
        if case .remark(let text) = event { remarks.withLock { $0.append(text) } }
      }
    }
    let said = remarks.withLock { $0 }.filter { $0.contains("digests.txt holds for ") }
    #expect(said.count == 2 && said.allSatisfy { $0.contains("as listed; their own shards check them.") }, "\(said)")
    let shards = try AuditShardSet([audit.folder("part-0"), audit.folder("part-1")])
    let merged = try #require(try await audit.request(into: "merged").merge(shards) { _ in })
    #expect(merged.work == whole.work)
    #expect(
      try audit.text(AuditReport.answersName, of: "merged") == audit.text(AuditReport.answersName, of: "whole"))
    // An image that changes is noticed by its part, and by the merge.
    try FileManager.default.copyItem(
      atPath: audit.folder("images/lesion-101.png"), toPath: audit.folder("images/more.png"))
    try FileManager.default.removeItem(atPath: audit.folder("images/lesion-100.png"))
    try FileManager.default.moveItem(
      atPath: audit.folder("images/more.png"), toPath: audit.folder("images/lesion-100.png"))
    var refused = 0
    for index in 0..<2 {
      do {
        try await audit.request(into: "late-\(index)") {
          $0.shard = Shard(index, of: 2)
          $0.digests = audit.folder("digests.txt")
        }.run { _ in }
      } catch let fault as DigestListFault {
        #expect(fault == .changed(image: "lesion-100.png", list: audit.folder("digests.txt")))
        refused += 1
      }
    }
    #expect(refused == 1)
    await #expect(throws: MergeFault.self) { _ = try await audit.request(into: "later").merge(shards) { _ in } }
  }

  @Test func `a part opens the masks of its own images alone, and the merge is that of one audit`() async throws {
    let audit = try SmallAudit(6)
    defer { audit.fixture.remove() }
    let masks = try audit.masks()
    func with(_ request: inout AuditRequest) { request.masks = masks }
    let whole = OpenedFiles(in: masks)
    _ = try await audit.request(into: "whole", with).run { _ in }
    #expect(whole?.names().count == 7, "one of them is of no image")
    let names = try Manifest.images(in: audit.folder("images"), labels: nil, metadata: nil).entries
    var parts: [String] = []
    for index in 0..<3 {
      let shard = try #require(Shard(index, of: 3))
      let opened = try #require(OpenedFiles(in: masks))
      parts.append(try await audit.shard(index, of: 3, with))
      let own = Set(names.filter(shard.holds).map { SmallAudit.mask(of: $0.name) })
      #expect(opened.names() == own, "part \(index)")
    }
    let merged = try #require(try await audit.request(into: "merged", with).merge(try AuditShardSet(parts)) { _ in })
    #expect(merged.failures.isEmpty)
    for name in [AuditReport.answersName, AuditReport.documentName, AuditReport.pageName] {
      #expect(try audit.text(name, of: "merged") == audit.text(name, of: "whole"), "\(name)")
    }
    let journals = try ["whole", "merged"].map {
      try AuditJournal(audit.folder($0 + "/" + AuditJournal.fileName)).header
    }
    #expect(journals[0]?.masks?.all != nil && journals[0]?.masks == journals[1]?.masks)

    // A mask that changes is noticed by its own part, and by the merge; one more by all.
    let changed = try #require(names.first)
    try Data("no mask".utf8).write(to: URL(fileURLWithPath: masks + "/" + SmallAudit.mask(of: changed.name)))
    for index in 0..<3 {
      let isOwn = try #require(Shard(index, of: 3)).holds(changed)
      let reading = try audit.request(into: "part-\(index)") {
        with(&$0)
        ($0.shard, $0.mode) = (Shard(index, of: 3), .resuming)
      }
      if isOwn {
        let fault = await #expect(throws: RunFolderFault.self) { try await reading.run { _ in } }
        #expect(fault?.description.contains("the masks changed") == true)
      } else {
        _ = try await reading.run { _ in }
      }
    }
    let fault = await #expect(throws: MergeFault.self) {
      _ = try await audit.request(into: "late", with).merge(try AuditShardSet(parts)) { _ in }
    }
    #expect(fault?.problems.count == 1 && fault?.description.contains("the masks changed") == true)
  }

  @Test func `a part is continued as what it is, and is no other part`() async throws {
    let audit = try SmallAudit(4)
    defer { audit.fixture.remove() }
    _ = try await audit.shard(0, of: 2)
    await #expect(throws: RunFolderFault.self) {
      try await audit.request(into: "part-0") {
        $0.shard = Shard(1, of: 2)
        $0.mode = .resuming
      }.run { _ in }
    }
    await #expect(throws: RunFolderFault.self) {
      try await audit.request(into: "part-0") { $0.mode = .resuming }.run { _ in }
    }
  }
}

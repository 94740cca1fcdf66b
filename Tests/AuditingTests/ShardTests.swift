import AuditReporting
import Foundation
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

import Digests
import Foundation
import TestServers
import Testing

@testable import Hub

@Suite(.timeLimit(.minutes(5))) struct PullTests {
  /// What the stand-in's file of this name must hash to, by what the hub announced.
  private func isWhole(_ path: String) throws -> Bool {
    let target = try FileManager.default.destinationOfSymbolicLink(atPath: path)
    return try SHA256Digest(ofFileAt: path).hexadecimal == target.split(separator: "/").last.map(String.init)
  }

  @Test(arguments: [
    "plain", "cut", "cutalways", "whole", "wholecut", "busy", "flaky", "storagebusy", "stall", "renamed",
  ])
  func `a file arrives whole through redirects, cuts, refused ranges, busy and stalled servers`(
    _ behaviour: String
  ) async throws {
    let hub = try await HubFixture(behaviour)
    let path = try await hub.fetcher.fetch(hub.file())
    #expect(try isWhole(path))
    #expect(try Data(contentsOf: URL(fileURLWithPath: path)).count == 300_001)
    #expect(hub.blobs().count == 1, "nothing unfinished is left: \(hub.blobs())")
  }

  @Test func `the cache is laid out as the hub's other tools do`() async throws {
    let hub = try await HubFixture("plain")
    let path = try await hub.fetcher.fetch(hub.file("gguf/model.gguf"))
    let base = hub.cache + "/models--" + hub.repository.replacing("/", with: "--")
    let commit = "0123456789abcdef0123456789abcdef01234567"
    #expect(path == "\(base)/snapshots/\(commit)/gguf/model.gguf")
    #expect(try String(contentsOfFile: base + "/refs/main", encoding: .utf8) == commit)
    let blob = try #require(hub.blobs().first.map { $0.split(separator: "/").last.map(String.init) ?? "" })
    #expect(try FileManager.default.destinationOfSymbolicLink(atPath: path) == "../../../blobs/\(blob)")
  }

  @Test func `what is in the cache is not fetched again`() async throws {
    let hub = try await HubFixture("plain")
    let first = try await hub.fetcher.fetch(hub.file())
    let again = try await hub.fetcher.fetch(hub.file())
    #expect(first == again)
    let requests = try await hub.server.log(of: hub.repository)
    #expect(requests.filter { $0.role == "storage" }.count == 5, "five pieces, once")
    #expect(Set(requests.filter { $0.role == "storage" }.map(\.range)).count == 5)
  }

  @Test func `a blob that another tool fetched is linked and not fetched`() async throws {
    let hub = try await HubFixture("plain")
    let path = try await hub.fetcher.fetch(hub.file())
    let base = hub.cache + "/models--" + hub.repository.replacing("/", with: "--")
    try FileManager.default.removeItem(atPath: base + "/snapshots")
    try FileManager.default.removeItem(atPath: base + "/refs")
    #expect(try await hub.fetcher.fetch(hub.file()) == path)
    #expect(try await hub.server.log(of: hub.repository).filter { $0.role == "storage" }.count == 5)
  }

  @Test func `the token goes to the hub and to nobody else`() async throws {
    let hub = try await HubFixture("gated", token: "good")
    _ = try await hub.fetcher.fetch(hub.file())
    let requests = try await hub.server.log(of: hub.repository)
    #expect(requests.filter { $0.role == "hub" }.allSatisfy { $0.authorization == "Bearer good" })
    #expect(requests.contains { $0.role == "storage" })
    #expect(requests.filter { $0.role == "storage" }.allSatisfy { $0.authorization.isEmpty })
  }

  @Test func `a cut is mended by asking for the rest, if it is still the same file`() async throws {
    let hub = try await HubFixture("cut")
    _ = try await hub.fetcher.fetch(hub.file())
    let resumed = try await hub.server.log(of: hub.repository).filter { !$0.condition.isEmpty }
    #expect(!resumed.isEmpty)
    #expect(
      resumed.allSatisfy {
        $0.condition == "\"one\"" && $0.range.hasSuffix("-65535") == $0.range.hasPrefix("bytes=21845-")
      })
  }

  @Test func `a second run fetches only the pieces that are missing`() async throws {
    let hub = try await HubFixture("plain")
    let path = try await hub.fetcher.fetch(hub.file())
    let blob = hub.cache + "/" + (try #require(hub.blobs().first))
    // As an interrupted run leaves it: pieces 0 and 3 whole, the others holes, and a cut line in the journal.
    var bytes = Array(try Data(contentsOf: URL(fileURLWithPath: blob)))
    for index in [1, 2, 4] {
      for place in (index * 65_536)..<min(bytes.count, (index + 1) * 65_536) { bytes[place] = 0 }
    }
    try FileManager.default.removeItem(atPath: path)
    try FileManager.default.removeItem(atPath: blob)
    try Data(bytes).write(to: URL(fileURLWithPath: blob + ".dermgemma.incomplete"))
    let tag = URL(fileURLWithPath: blob).lastPathComponent
    try Data("dermgemma-pieces 1 300001 65536 \(tag)\n0\n3\n4".utf8)
      .write(to: URL(fileURLWithPath: blob + ".dermgemma.pieces"))
    let before = try await hub.server.log(of: hub.repository).count
    #expect(try isWhole(try await hub.fetcher.fetch(hub.file())))
    let requests = try await hub.server.log(of: hub.repository).dropFirst(before)
    #expect(
      Set(requests.filter { $0.role == "storage" }.map(\.range))
        == ["bytes=65536-131071", "bytes=131072-196607", "bytes=262144-300000"])
  }

  @Test func `a cancelled pull keeps what it has and the next one finishes it`() async throws {
    let hub = try await HubFixture("hold")
    let work = Task { try await hub.fetcher.fetch(hub.file()) }
    // The first piece is there, and others are under way.
    try await MockServer.wait(for: "the second piece") { try await hub.storageRequests().count > 1 }
    work.cancel()
    await #expect(throws: CancellationError.self) { try await work.value }
    #expect(hub.blobs().count == 2 && hub.blobs().allSatisfy { $0.contains(".dermgemma.") })
    let before = try await hub.storageRequests().count
    try await hub.release()
    #expect(try isWhole(try await hub.fetcher.fetch(hub.file())))
    #expect(try await hub.storageRequests().dropFirst(before).allSatisfy { $0.range != "bytes=0-65535" })
  }

  @Test func `a second puller waits, and finds the file there`() async throws {
    let hub = try await HubFixture("hold")
    let notices = Notices()
    var second = hub.fetcher
    second.notice = { notices.add($0) }
    let waiting = second
    async let first = hub.fetcher.fetch(hub.file())
    try await MockServer.wait(for: "the first puller") { try await !hub.storageRequests().isEmpty }
    async let other = waiting.fetch(hub.file())
    try await MockServer.wait(for: "the second puller") { !notices.all.isEmpty }
    try await hub.release()
    #expect(try await first == (try await other))
    #expect(notices.all == ["Another program is fetching model.gguf; waiting for it"])
    #expect(try await hub.storageRequests().count == 5)
  }

  @Test func `progress ends at the whole and never goes beyond`() async throws {
    var hub = try await HubFixture("hold")
    let seen = Notices()
    hub.fetcher.download.progress = { seen.add("\($0.received)/\($0.total)") }
    let (fetcher, file) = (hub.fetcher, hub.file())
    async let path = fetcher.fetch(file)
    try await MockServer.wait(for: "a second word of progress") { seen.all.count > 1 }
    try await hub.release()
    #expect(try isWhole(try await path))
    let counts = seen.all.compactMap { $0.split(separator: "/").first.flatMap { Int($0) } }
    #expect(counts.count > 1 && counts == counts.sorted() && (counts.last ?? 0) <= 300_001)
  }
}

import Digests
import Foundation
import TestServers
import Testing
import Transfer

@testable import Hub

/// Caches as other tools, other file systems and other people leave them.
@Suite(.timeLimit(.minutes(5))) struct CacheTests {
  static let commit = "0123456789abcdef0123456789abcdef01234567"

  /// A bench with a model of two files, and what the catalogue makes of its cache.
  static func model(_ behaviour: String = "plain", pinned: String? = nil) async throws -> (
    hub: HubFixture, entry: ModelEntry, store: ModelStore
  ) {
    let hub = try await HubFixture(behaviour)
    let pin = pinned.map { ", \"sha256\": \"\($0)\"" } ?? ""
    let text = """
      {"name": "m", "repository": "\(hub.repository)", "weights": {"file": "a.gguf"\(pin)},
       "projector": {"file": "p.gguf"}}
      """
    let entry = try JSONDecoder().decode(ModelEntry.self, from: Data(text.utf8))
    let cache = HubCache(folder: hub.cache)
    return (hub, entry, ModelStore(catalogue: ModelCatalogue(own: [entry], builtin: []), cache: cache))
  }

  static func base(_ hub: HubFixture) -> String { HubCache(folder: hub.cache).repositoryFolder(hub.repository) }

  static func isLink(_ path: String) -> Bool {
    (try? FileManager.default.destinationOfSymbolicLink(atPath: path)) != nil
  }

  /// Replaces every link below a cache by what it leads to, as `cp -rL` does.
  static func withoutLinks(_ hub: HubFixture) throws {
    for name in hub.files() where isLink(hub.cache + "/" + name) {
      let path = hub.cache + "/" + name
      let bytes = try Data(contentsOf: URL(fileURLWithPath: path))
      try FileManager.default.removeItem(atPath: path)
      try bytes.write(to: URL(fileURLWithPath: path))
    }
  }

  @Test(arguments: [true, false])
  func `a cache that was copied without its links is verified, not fetched again, and removed`(
    _ hasBlobs: Bool
  ) async throws {
    let (hub, entry, store) = try await Self.model()
    for file in entry.files { _ = try await hub.fetcher.fetch(file) }
    try Self.withoutLinks(hub)
    if !hasBlobs { try FileManager.default.removeItem(atPath: Self.base(hub) + "/blobs") }
    let before = try await hub.storageRequests().count
    for file in entry.files { #expect(try await !Self.isLink(hub.fetcher.fetch(file))) }
    #expect(try await hub.storageRequests().count == before, "nothing is fetched again")

    #expect(try await store.verify(entry, asking: hub.fetcher).allSatisfy(\.isCompared))
    let alone = try await store.verify(entry)
    #expect(alone.count == 2 && alone.allSatisfy { !$0.isCompared }, "nobody says what it should be")
    let path = try store.location(of: entry).weights
    let sound = try Data(contentsOf: URL(fileURLWithPath: path))
    try Data(sound.reversed()).write(to: URL(fileURLWithPath: path))
    await #expect(throws: HubFault.self) { try await store.verify(entry, asking: hub.fetcher) }

    #expect(try store.remove(entry).freed >= (hasBlobs ? 4 : 2) * 300_001)
    #expect(hub.files().allSatisfy { $0.hasPrefix(".locks/") }, "\(hub.files())")
    #expect(!FileManager.default.fileExists(atPath: Self.base(hub)))
  }

  @Test func `without links a pull puts files into the snapshot itself, once`() async throws {
    var (hub, entry, store) = try await Self.model()
    hub.fetcher.environment.usesLinks = false
    store.cache.usesLinks = false
    for _ in 0..<2 {
      for file in entry.files {
        let path = try await hub.fetcher.fetch(file)
        #expect(!Self.isLink(path) && path.hasPrefix(Self.base(hub) + "/snapshots/\(Self.commit)/"))
      }
    }
    #expect(hub.blobs().isEmpty, "no second copy")
    #expect(try await hub.storageRequests().count == 10)
    #expect(try String(contentsOfFile: Self.base(hub) + "/refs/main", encoding: .utf8) == Self.commit)
    #expect(store.state(of: entry) == .whole)
    #expect(try store.remove(entry).freed >= 600_002)
    // FAT says that it has no links by EPERM, SMB by EOPNOTSUPP; a full disk is another matter.
    #expect([EPERM, EOPNOTSUPP, ENOSYS].allSatisfy(HubCache.lacksLinks))
    #expect(![ENOSPC, EACCES, EROFS, EDQUOT].contains(where: HubCache.lacksLinks))
  }

  @Test func `a blob that was there stays where links are not wanted, and is copied`() async throws {
    var (hub, _, _) = try await Self.model()
    let path = try await hub.fetcher.fetch(hub.file())
    try FileManager.default.removeItem(atPath: path)
    hub.fetcher.environment.usesLinks = false
    #expect(try await hub.fetcher.fetch(hub.file()) == path)
    #expect(!Self.isLink(path) && hub.blobs().count == 1)
  }

  @Test func `a cache that is whole may be read-only`() async throws {
    let (hub, entry, _) = try await Self.model()
    for file in entry.files { _ = try await hub.fetcher.fetch(file) }
    try FileManager.default.removeItem(atPath: hub.cache + "/.locks")
    // Not by modes, which mean nothing to root: a file where the folder of the locks has to be made.
    try Data().write(to: URL(fileURLWithPath: hub.cache + "/.locks"))
    for file in entry.files { _ = try await hub.fetcher.fetch(file) }
    await #expect(throws: TransferFault.self) { try await hub.fetcher.fetch(hub.file("other.gguf")) }
  }

  @Test func `a hub that has moved is followed, and the token stays behind`() async throws {
    var hub = try await HubFixture("moved", token: "secret")
    hub.fetcher.download.client.retries.attempts = 1
    let path = try await hub.fetcher.fetch(hub.file())
    #expect(path.contains("/snapshots/\(Self.commit)/"))
    let requests = try await hub.server.log(of: hub.repository)
    #expect(requests.filter { $0.role == "hub" }.allSatisfy { $0.authorization == "Bearer secret" })
    #expect(requests.filter { $0.role == "storage" }.allSatisfy { $0.authorization.isEmpty })
  }

  @Test func `who asks for a commit needs nobody to name it`() async throws {
    let hub = try await HubFixture("nocommit")
    let path = try await hub.fetcher.fetch(hub.file(revision: Self.commit))
    #expect(path.contains("/snapshots/\(Self.commit)/"))
    #expect(!FileManager.default.fileExists(atPath: Self.base(hub) + "/refs"))
  }

  @Test func `a pinned file that is here is compared, and mended by a pull when it differs`() async throws {
    let plain = try await Self.model()
    let digest = try await SHA256Digest.ofFile(at: plain.hub.fetcher.fetch(plain.entry.files[0]))
    let (hub, entry, store) = try await Self.model(pinned: digest.hexadecimal)
    let path = try await hub.fetcher.fetch(entry.files[0])
    let before = try await hub.server.log(of: hub.repository).count
    #expect(try await hub.fetcher.fetch(entry.files[0]) == path)
    #expect(try await hub.server.log(of: hub.repository).count == before, "what is pinned and here needs no hub")

    let sound = try Data(contentsOf: URL(fileURLWithPath: path))
    try Data(sound.reversed()).write(to: URL(fileURLWithPath: path).resolvingSymlinksInPath())
    var offline = hub.fetcher
    offline.environment.isOffline = true
    let alone = offline
    await #expect {
      try await alone.fetch(entry.files[0])
    } throws: {
      guard case HubFault.broken(path, let reason) = $0 else { return false }
      return reason.hasSuffix("where \(digest) is pinned")
    }
    #expect(try await hub.fetcher.fetch(entry.files[0]) == path)
    #expect(try Data(contentsOf: URL(fileURLWithPath: path)) == sound)
    _ = try await hub.fetcher.fetch(entry.files[1])
    #expect(try await store.verify(entry).count == 2)
  }

  @Test func `lock files are for the whole group, and another's can be taken`() async throws {
    let hub = try await HubFixture("plain")
    _ = try await hub.fetcher.fetch(hub.file())
    let lock = try #require(hub.files().first { $0.hasSuffix(".lock") })
    let mode = try FileManager.default.attributesOfItem(atPath: hub.cache + "/" + lock)[.posixPermissions]
    #expect(mode as? Int == 0o664)
  }

  @Test func `what the hub's tool sweeps away is named otherwise, and a file that went all the same is written again`()
    async throws
  {
    let hub = try await HubFixture("hold")
    let work = Task { try await hub.fetcher.fetch(hub.file()) }
    try await MockServer.wait(for: "the second piece") { try await hub.storageRequests().count > 1 }
    #expect(hub.blobs().count == 2 && !hub.blobs().contains { $0.hasSuffix(".incomplete") }, "\(hub.blobs())")
    try FileManager.default.removeItem(atPath: Self.base(hub))
    try await hub.release()
    let path = try await work.value
    #expect(try SHA256Digest(ofFileAt: path).hexadecimal == HubCache.tag(ofFileAt: path))
  }

  @Test func `what a pull left that did not end can be removed, but not while it runs`() async throws {
    let (hub, entry, store) = try await Self.model("hold")
    #expect(!store.hasAnything(of: entry))
    let work = Task { try await hub.fetcher.fetch(entry.files[0]) }
    try await MockServer.wait(for: "the second piece") { try await hub.storageRequests().count > 1 }
    #expect(store.state(of: entry) == .absent && store.hasAnything(of: entry))
    _ = try store.remove(entry)
    #expect(hub.blobs().count == 2, "the pull goes on")
    work.cancel()
    await #expect(throws: CancellationError.self) { try await work.value }
    _ = try store.remove(entry)
    #expect(!FileManager.default.fileExists(atPath: Self.base(hub)))
  }
}

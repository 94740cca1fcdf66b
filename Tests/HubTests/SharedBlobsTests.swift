import Digests
import Foundation
import Testing

@testable import Hub

/// Caches into which files came by Xet: a repository's blob is a link into a store of the whole cache.
@Suite(.timeLimit(.minutes(5))) struct SharedBlobsTests {
  /// Moves a fetched file's bytes into the store, as `publish_blob_to_shared_store` does.
  ///
  /// - Returns: the stored file.
  static func share(_ path: String, in hub: HubFixture, as hash: String, references: [String]? = nil) throws -> String {
    let folder = hub.cache + "/blobs"
    let stored = "\(folder)/\(hash.prefix(2))/\(hash)"
    try FileManager.default.createDirectory(
      atPath: "\(folder)/\(hash.prefix(2))", withIntermediateDirectories: true)
    try Data("1\n".utf8).write(to: URL(fileURLWithPath: folder + "/.huggingface-shared-blobs"))
    let tag = try #require(HubCache.tag(ofFileAt: path))
    let blob = HubCache(folder: hub.cache).blob(tag, of: hub.repository)
    if FileManager.default.fileExists(atPath: stored) {
      try FileManager.default.removeItem(atPath: blob)
    } else {
      try FileManager.default.moveItem(atPath: blob, toPath: stored)
      chmod(stored, 0o444)
    }
    try FileManager.default.createSymbolicLink(
      atPath: blob, withDestinationPath: "../../blobs/\(hash.prefix(2))/\(hash)")
    let reference = String(blob.dropFirst(hub.cache.count + 1))
    let known = (try? String(contentsOfFile: stored + ".refs", encoding: .utf8)) ?? ""
    try Data((known + (references ?? [reference]).map { $0 + "\n" }.joined()).utf8)
      .write(to: URL(fileURLWithPath: stored + ".refs"))
    return stored
  }

  static let hash = String(repeating: "ab12", count: 16)

  @Test func `a file that came by Xet is verified by its SHA-256, and its bytes go with the last who needs them`()
    async throws
  {
    let (hub, entry, store) = try await CacheTests.model()
    for file in entry.files { _ = try await hub.fetcher.fetch(file) }
    let path = try store.location(of: entry).weights
    let stored = try Self.share(path, in: hub, as: Self.hash)
    let before = try await hub.storageRequests().count
    #expect(try await hub.fetcher.fetch(entry.files[0]) == path)
    #expect(try await hub.storageRequests().count == before)
    let verified = try await store.verify(entry)
    #expect(verified.allSatisfy(\.isCompared) && verified[0].digest.hexadecimal != Self.hash)
    let removal = try store.remove(entry)
    #expect(removal.freed >= 600_002 && removal.kept.isEmpty)
    #expect(
      !FileManager.default.fileExists(atPath: stored) && !FileManager.default.fileExists(atPath: stored + ".refs"))
    #expect(!FileManager.default.fileExists(atPath: CacheTests.base(hub)))
    let mode = try FileManager.default.attributesOfItem(atPath: stored + ".lock")[.posixPermissions]
    #expect(mode as? Int == 0o666)
  }

  @Test func `bytes that another repository needs, or of which nobody knows, stay and it is said why`() async throws {
    let first = try await CacheTests.model()
    var other = try await HubFixture("plain", cache: first.hub.cache)
    other.fetcher.environment.cache = first.hub.cache
    for file in first.entry.files { _ = try await first.hub.fetcher.fetch(file) }
    let path = try first.store.location(of: first.entry).weights
    let stored = try Self.share(path, in: first.hub, as: Self.hash)
    _ = try Self.share(try await other.fetcher.fetch(other.file("a.gguf")), in: other, as: Self.hash)
    let removal = try first.store.remove(first.entry)
    #expect(removal.kept.count == 1 && removal.kept[0].hasPrefix(stored + " stays: models--tests--plain"))
    #expect(removal.freed < 600_000, "the projector alone")
    #expect(try await other.fetcher.fetch(other.file("a.gguf")).hasSuffix("/a.gguf"))

    let text = """
      {"name": "o", "repository": "\(other.repository)", "weights": {"file": "a.gguf"}, "projector": {"file": "p.gguf"}}
      """
    let entry = try JSONDecoder().decode(ModelEntry.self, from: Data(text.utf8))
    let store = ModelStore(catalogue: ModelCatalogue(own: [entry], builtin: []), cache: first.store.cache)
    try FileManager.default.removeItem(atPath: stored + ".refs")
    #expect(try store.remove(entry).kept == ["\(stored) stays: nothing says what else needs it (\(stored).refs)"])
    #expect(FileManager.default.fileExists(atPath: stored))
  }

  @Test func `a reference that no longer holds keeps nothing, and a strange link is no store's`() async throws {
    let (hub, entry, store) = try await CacheTests.model()
    for file in entry.files { _ = try await hub.fetcher.fetch(file) }
    let path = try store.location(of: entry).weights
    let stored = try Self.share(
      path, in: hub, as: Self.hash, references: ["models--a--b/blobs/gone", "../../etc/passwd", "/etc/passwd", ""])
    let shared = SharedBlobs(cache: hub.cache)
    let blob = HubCache(folder: hub.cache).blob(try #require(HubCache.tag(ofFileAt: path)), of: hub.repository)
    #expect(shared.target(ofBlob: blob) == stored)
    for target in [
      "/etc/passwd", "../../blobs/ab/short", "../../blobs/ff/\(Self.hash)", "../../../blobs/ab/\(Self.hash)",
    ] {
      let link = hub.cache + "/strange"
      try? FileManager.default.removeItem(atPath: link)
      try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: target)
      #expect(shared.target(ofBlob: link) == nil, "\(target)")
    }
    #expect(try store.remove(entry).kept.isEmpty)
    #expect(!FileManager.default.fileExists(atPath: stored))
  }
}

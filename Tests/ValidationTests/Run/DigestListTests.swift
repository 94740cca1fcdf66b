import Foundation
import TestRecords
import Testing

@testable import Validation

@Suite struct DigestListTests {
  /// A folder of three images, one of them with a name that a line could not hold.
  private struct Images {
    let folder: String
    let list: String
    static let names = ["a.jpg", "b\\n.jpg", "c\n.jpg"]

    init() throws {
      folder = try RecordFixtures.path("images")
      list = try RecordFixtures.path("digests.txt")
      try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
      for name in Self.names { try write("bytes of \(name)", to: name) }
    }

    func write(_ text: String, to name: String) throws {
      try Data(text.utf8).write(to: URL(fileURLWithPath: folder + "/" + name))
    }

    /// Gives a file the time of its last change.
    func touch(_ name: String, _ seconds: Double) throws {
      try FileManager.default.setAttributes(
        [.modificationDate: Date(timeIntervalSince1970: seconds)], ofItemAtPath: folder + "/" + name)
    }

    func opened(renews: Bool = false, limit: Int? = nil) async throws -> DigestList {
      try await DigestList.opened(at: list, ofImagesIn: folder, limit: limit, renews: renews) { _, _ in }
    }

    func manifest(_ digests: DigestList?, limit: Int? = nil, for shard: Shard? = nil) throws -> Manifest {
      try Manifest.images(in: folder, labels: nil, metadata: nil, limit: limit, digests: digests, for: shard)
    }
  }

  @Test func `a run with a list has the digests that it would have found`() async throws {
    let images = try Images()
    let made = try images.manifest(try await images.opened())
    #expect(made.entries.map(\.name) == Images.names)
    #expect(made.imagesDigest == (try images.manifest(nil)).imagesDigest)
    #expect(try images.manifest(try DigestList(path: images.list)).entries == made.entries)
    #expect(try images.manifest(try await images.opened(), limit: 2).entries == Array(made.entries.prefix(2)))
  }

  @Test func `files are not read whose size and time are the list's`() async throws {
    let images = try Images()
    for name in Images.names { try images.touch(name, 1_000) }
    let list = try await images.opened()
    // What nobody would do: other bytes of the same size and time. Reading the image would notice.
    try images.write("BYTES OF a.jpg", to: "a.jpg")
    try images.touch("a.jpg", 1_000)
    #expect(try images.manifest(list).entries[0].digest == list.entries["a.jpg"]?.digest)
    #expect(try images.manifest(nil).entries[0].digest != list.entries["a.jpg"]?.digest)
  }

  @Test func `a changed image is refused by name, and one that was only copied is not`() async throws {
    let images = try Images()
    let list = try await images.opened()
    try images.touch("a.jpg", 5_000)
    #expect(try images.manifest(list).entries.count == 3)
    for text in ["BYTES OF a.jpg", "longer than the bytes of a.jpg", ""] {
      try images.write(text, to: "a.jpg")
      try images.touch("a.jpg", 6_000)
      #expect(throws: DigestListFault.changed(image: "a.jpg", list: images.list)) { _ = try images.manifest(list) }
    }
    try FileManager.default.removeItem(atPath: images.folder + "/a.jpg")
    #expect(throws: DigestListFault.gone(image: "a.jpg", more: 0, list: images.list)) { _ = try images.manifest(list) }
    try images.write("new", to: "0.jpg")
    #expect(throws: DigestListFault.unlisted(image: "0.jpg", list: images.list)) { _ = try images.manifest(list) }
    #expect(!DigestListFault.unlisted(image: "0.jpg", list: images.list).failsAlone)
  }

  @Test func `a part of a run looks at its own images alone, and together the parts look at all`() async throws {
    let images = try Images()
    for number in 0..<40 { try images.write("picture \(number)", to: "\(number).jpg") }
    let list = try await images.opened()
    let whole = try images.manifest(list)
    let shards = (0..<4).compactMap { Shard($0, of: 4) }
    var looks = 0
    for shard in shards {
      let manifest = try images.manifest(list, for: shard)
      #expect(manifest.entries == whole.entries && manifest.imagesDigest == whole.imagesDigest)
      let check = try #require(manifest.part(shard).digestCheck)
      let own = manifest.part(shard).entries.count
      #expect(own > 0 && (check.unchanged, check.read, check.taken) == (own, 0, 43 - own))
      looks += check.unchanged
    }
    #expect(looks == 43, "each image once, by all parts together")

    // Whatever happens to an image, its own part notices and the others do not look.
    for entry in whole.entries.prefix(3) {
      try images.write("something else", to: entry.name)
      for shard in shards {
        if shard.holds(entry) {
          #expect(throws: DigestListFault.changed(image: entry.name, list: images.list)) {
            _ = try images.manifest(list, for: shard)
          }
        } else {
          #expect(try images.manifest(list, for: shard).entries == whole.entries)
        }
      }
      try images.write("bytes of \(entry.name)".replacing(/^bytes of (\d+).jpg/) { "picture \($0.1)" }, to: entry.name)
    }
    // Its time is another one now, so it was read.
    let reads = try shards.map { try images.manifest(list, for: $0).digestCheck?.read ?? 0 }
    #expect(reads.reduce(0, +) == 3)
    try images.write("new", to: "new.jpg")
    for shard in shards {
      #expect(throws: DigestListFault.self) { _ = try images.manifest(list, for: shard) }
    }
  }

  @Test func `how a list was checked is said in words`() {
    var check = DigestCheck(list: "digests.txt")
    check.unchanged = 1
    #expect(check.text == "digests.txt holds for 1 image of this shard: 1 has the size and time that it says.")
    (check.unchanged, check.read, check.taken) = (122, 3, 875)
    #expect(
      check.text
        == "digests.txt holds for 125 images of this shard: 122 have the size and time that it says, 3 were read "
        + "again. The digests of the other 875 images are as listed; their own shards check them.")
  }

  @Test func `a list that is renewed has what is there now, and otherwise stays`() async throws {
    let images = try Images()
    let old = try await images.opened()
    try images.write("other", to: "a.jpg")
    #expect(try await images.opened().entries == old.entries)
    let new = try await images.opened(renews: true)
    #expect(new.entries["a.jpg"] != old.entries["a.jpg"])
    #expect(new.entries["c\n.jpg"] == old.entries["c\n.jpg"])
    #expect(try DigestList(path: images.list).entries == new.entries)
    #expect(try images.manifest(new).entries.count == 3)
  }

  @Test func `a file that cannot be read fails in its place`() async throws {
    let images = try Images()
    try FileManager.default.createSymbolicLink(atPath: images.folder + "/d.jpg", withDestinationPath: "nowhere")
    let list = try await images.opened()
    #expect(try images.manifest(try DigestList(path: images.list)).entries[3].digest == "")
    try FileManager.default.removeItem(atPath: images.folder + "/d.jpg")
    try images.write("there now", to: "d.jpg")
    #expect(throws: DigestListFault.changed(image: "d.jpg", list: images.list)) { _ = try images.manifest(list) }
  }

  @Test func `a damaged list is refused with the line`() async throws {
    let images = try Images()
    _ = try await images.opened()
    let text = try String(contentsOfFile: images.list, encoding: .utf8)
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    func written(_ text: String) throws { try Data(text.utf8).write(to: URL(fileURLWithPath: images.list)) }
    for (line, damage) in [
      (1, ""), (1, "dermgemma-digests/2 3\n"), (1, lines.dropLast(2).joined(separator: "\n")),
      (3, text.replacing(lines[2], with: lines[1])), (2, text.replacing(lines[1].prefix(8), with: "ABCDEFGH")),
      (2, text.replacing(lines[1], with: String(lines[1].prefix(70)))),
    ] {
      try written(damage)
      #expect(throws: DigestListFault.damaged(list: images.list, line: line)) { _ = try DigestList(path: images.list) }
    }
    #expect(throws: DigestListFault.unreadable(list: "/none")) { _ = try DigestList(path: "/none") }
  }
}

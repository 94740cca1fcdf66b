import Digests
import Foundation
import JSON
import Testing

@testable import Hub

@Suite(.timeLimit(.minutes(5))) struct CatalogueTests {
  @Test func `the built-in catalogue names the seed's model, and every entry a terms page`() throws {
    let catalogue = try ModelCatalogue.builtin()
    let entry = try #require(catalogue.entry(named: "medgemma-1.5-4b"))
    #expect(entry.files.map(\.file) == ["medgemma-1.5-4b-it-Q8_0.gguf", "mmproj-F16.gguf"])
    #expect(entry.projector.bytes == 851_252_224)
    #expect(catalogue.entries.allSatisfy { $0.terms?.hasPrefix("https://") == true })
    #expect(Set(catalogue.entries.map(\.name)).count == catalogue.entries.count)
  }

  static func entry(_ changes: String = "") -> String {
    """
    {"name": "mine", "repository": "org/name", "weights": {"file": "w.gguf"}, "projector": {"file": "p.gguf"}\(changes)}
    """
  }

  @Test func `a user's entry takes the place of a built-in one of the same name`() throws {
    let own = try JSONDecoder().decode(ModelEntry.self, from: Data(Self.entry().utf8))
    var builtin = own
    builtin.title = "another"
    let catalogue = ModelCatalogue(own: [own], builtin: [builtin])
    #expect(catalogue.entries == [own])
    #expect(own.revision == "main" && own.title == "mine")
  }

  @Test(arguments: [
    (", \"extra\": 1", "unknown key \"extra\""),
    (", \"revision\": \"../x\"", "revision: "),
    (", \"weights\": {\"file\": \"../w\"}", "file"),
    (", \"weights\": {\"file\": \"w\", \"sha256\": \"12\"}", "64 hexadecimal digits"),
    (", \"repository\": \"name\"", "a repository is ORG/NAME"),
    (", \"repository\": \"a/../b\"", "a repository is ORG/NAME"),
    (", \"name\": \"a b\"", "a name has letters"),
    (", \"title\": 3", "title: not a text"),
  ]) func `an entry that cannot be meant is refused with its place`(_ change: String, _ says: String) throws {
    // A later key takes the place of an earlier one in Foundation's reader.
    var text = Self.entry()
    let key = change.split(separator: "\"")[1]
    text = text.replacing(try Regex("\"\(key)\": (\"[^\"]*\"|\\{[^}]*\\}),? ?"), with: "")
    text = String(text.dropLast().trimmingSuffix(while: { $0 == "," || $0 == " " || $0 == "\n" })) + change + "}"
    do {
      _ = try JSONDecoder().decode(ModelEntry.self, from: Data(text.utf8))
      Issue.record("should be refused")
    } catch {
      #expect(StrictKeys.explain(error).contains(says), "\(StrictKeys.explain(error))")
    }
  }

  @Test func `a model that is pulled is found, verified and removed, and what others need stays`() async throws {
    let hub = try await HubFixture("plain")
    func made(_ name: String, _ weights: String) throws -> ModelEntry {
      try JSONDecoder().decode(
        ModelEntry.self,
        from: Data(
          """
          {"name": "\(name)", "repository": "\(hub.repository)", "weights": {"file": "\(weights)"},
           "projector": {"file": "p.gguf"}}
          """.utf8))
    }
    let (first, second) = (try made("first", "a.gguf"), try made("second", "b.gguf"))
    let store = ModelStore(
      catalogue: ModelCatalogue(own: [first, second], builtin: []), cache: HubCache(folder: hub.cache))
    #expect(store.state(of: first) == .absent)
    #expect(throws: HubFault.notPulled("first")) { try store.location(of: first) }
    _ = try await hub.fetcher.fetch(first.files[0])
    #expect(store.state(of: first) == .partly)
    for file in first.files + second.files { _ = try await hub.fetcher.fetch(file) }
    #expect(store.state(of: first) == .whole)
    let verified = try await store.verify(first)
    #expect(verified.count == 2 && verified.allSatisfy(\.isCompared))

    #expect(try store.remove(first).freed >= 300_001)
    #expect(store.state(of: first) == .partly, "the projector is the second model's too")
    #expect(store.state(of: second) == .whole)
    #expect(try store.remove(second).freed >= 600_002)
    #expect(hub.files().allSatisfy { $0.hasPrefix(".locks/") }, "no reference leads nowhere: \(hub.files())")
  }

  @Test func `a file that changed on the disk does not pass`() async throws {
    let hub = try await HubFixture("plain")
    let text = """
      {"name": "m", "repository": "\(hub.repository)", "weights": {"file": "a.gguf"}, "projector": {"file": "p.gguf"}}
      """
    let entry = try JSONDecoder().decode(ModelEntry.self, from: Data(text.utf8))
    let store = ModelStore(catalogue: ModelCatalogue(own: [entry], builtin: []), cache: HubCache(folder: hub.cache))
    for file in entry.files { _ = try await hub.fetcher.fetch(file) }
    let file = try #require(FileHandle(forUpdatingAtPath: try store.location(of: entry).weights))
    try file.seek(toOffset: 1000)
    try file.write(contentsOf: Data([1, 2, 3]))
    try file.close()
    await #expect(throws: HubFault.self) { try await store.verify(entry) }
  }
}

extension StringProtocol {
  fileprivate func trimmingSuffix(while isUnwanted: (Character) -> Bool) -> String {
    var text = String(self)
    while let last = text.last, isUnwanted(last) { text.removeLast() }
    return text
  }
}

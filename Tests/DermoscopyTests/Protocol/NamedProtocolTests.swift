import Foundation
import Testing

@testable import Dermoscopy

@Suite struct NamedProtocolTests {
  @Test func `a name is a built-in protocol, and anything else a file`() throws {
    let builtin = try ProtocolDocument(named: "extended")
    #expect(
      builtin.readingProtocol.id == "extended" && builtin.bytes == ReadingProtocol.builtinDocument(named: "extended"))
    let file = FileManager.default.temporaryDirectory.appendingPathComponent("\(UUID().uuidString).json")
    defer { try? FileManager.default.removeItem(at: file) }
    try Data(builtin.bytes).write(to: file)
    let own = try ProtocolDocument(named: file.path)
    #expect(own.text == builtin.text && own.readingProtocol.digest == builtin.readingProtocol.digest)
  }

  @Test func `a protocol that is nowhere is named`() {
    #expect(throws: MissingProtocol(name: "sed")) { try ProtocolDocument(named: "sed") }
    #expect(
      MissingProtocol(name: "sed").description == "sed: neither a readable file nor one of seed, extended, direct")
  }
}

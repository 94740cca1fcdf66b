import Digests
import Foundation
import Testing

@testable import LlamaEngine

@Suite struct OpenedFileTests {
  private func file(_ text: String) throws -> URL {
    let path = try TinyModel.folder().appendingPathComponent("weights")
    try Data(text.utf8).write(to: path)
    return path
  }

  @Test func `the digest is that of the file that was opened, though its name passed to another`() async throws {
    let path = try file("one")
    let opened = try OpenedFile(path: path.path)
    try opened.checkName()
    try FileManager.default.removeItem(at: path)
    try Data("two".utf8).write(to: path)
    #expect(try await opened.digest() == SHA256Digest(of: Array("one".utf8)))
    #expect(throws: EngineFault.changedWeights(path: path.path)) { try opened.checkName() }
  }

  @Test func `a file that is written to after it was opened is refused`() async throws {
    let path = try file("one")
    let opened = try OpenedFile(path: path.path)
    let handle = try FileHandle(forWritingTo: path)
    try handle.seekToEnd()
    try handle.write(contentsOf: Data("more".utf8))
    try handle.close()
    await #expect(throws: EngineFault.changedWeights(path: path.path)) { try await opened.digest() }
    #expect(throws: EngineFault.changedWeights(path: path.path)) { try opened.checkName() }
  }

  @Test func `a missing file is a fault that names it`() throws {
    #expect(throws: EngineFault.self) { try OpenedFile(path: "/nonexistent/weights") }
  }
}

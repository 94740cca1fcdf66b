import Digests
import Foundation
import Testing

@testable import LlamaEngine

@Suite struct DigestMemoryTests {
  private let now = Date(timeIntervalSince1970: 2_000_000_000)
  private let digest = SHA256Digest(of: Array("weights".utf8))

  private func file(inode: UInt64 = 7, size: Int64 = 5 << 30, changedBefore age: Double = 60) -> FileIdentity {
    let changed = Int64((now.timeIntervalSince1970 - age) * 1e9)
    return FileIdentity(device: 1, inode: inode, size: size, written: changed, changed: changed)
  }

  private func memory() throws -> DigestMemory {
    DigestMemory(path: try TinyModel.folder().appendingPathComponent("cache/dermgemma/digests").path)
  }

  @Test func `a digest is remembered of one state of one file, by another process too`() throws {
    let memory = try memory()
    memory.remember(digest, of: file(), now: now)
    let again = DigestMemory(path: memory.path)
    #expect(again.entry(of: file())?.digest == digest)
    #expect(again.entry(of: file())?.confirmed == 2_000_000_000)
    #expect(again.entry(of: file(inode: 8)) == nil)
    #expect(again.entry(of: file(size: (5 << 30) + 1)) == nil)
    #expect(again.entry(of: file(changedBefore: 59.999_999)) == nil)
    again.forget(file())
    #expect(memory.entry(of: file()) == nil)
  }

  @Test func `a file that changed just now, or is small, is not remembered`() throws {
    let memory = try memory()
    memory.remember(digest, of: file(changedBefore: 2.9), now: now)
    memory.remember(digest, of: file(changedBefore: -3600), now: now)
    memory.remember(digest, of: file(size: (64 << 20) - 1), now: now)
    #expect(!FileManager.default.fileExists(atPath: memory.path))
    memory.remember(digest, of: file(size: 64 << 20, changedBefore: 3), now: now)
    #expect(memory.entry(of: file(size: 64 << 20, changedBefore: 3)) != nil)
  }

  @Test func `the 64 that were confirmed last are kept`() throws {
    let memory = try memory()
    for index in 0..<66 { memory.remember(digest, of: file(inode: UInt64(index)), now: now + Double(index)) }
    #expect(
      (0..<66).map { memory.entry(of: file(inode: $0)) != nil } == [false, false] + Array(repeating: true, count: 64))
  }

  @Test(arguments: ["", "dermgemma-digests/2\n1 7 8 9 10 11 12\n", "dermgemma-digests/1\n1 7 x\n\u{0}\n"])
  func `what cannot be read is as if it were not there, and is replaced`(content: String) throws {
    let memory = try memory()
    memory.remember(digest, of: file(inode: 1), now: now)
    try Data(content.utf8).write(to: URL(fileURLWithPath: memory.path))
    #expect(memory.entry(of: file()) == nil)
    memory.remember(digest, of: file(), now: now)
    #expect(memory.entry(of: file())?.digest == digest)
  }

  @Test func `a memory that others may write to is not believed`() throws {
    let memory = try memory()
    memory.remember(digest, of: file(), now: now)
    #expect(chmod(memory.path, 0o620) == 0)
    #expect(memory.entry(of: file()) == nil)
    #expect(chmod(memory.path, 0o600) == 0)
    #expect(memory.entry(of: file()) != nil)
  }

  @Test func `it lies in the user's cache, and nowhere where there is none`() {
    #expect(DigestMemory(environment: ["XDG_CACHE_HOME": "/c", "HOME": "/h"])?.path == "/c/dermgemma/digests")
    #expect(DigestMemory(environment: ["XDG_CACHE_HOME": "c", "HOME": "/h"])?.path == "/h/.cache/dermgemma/digests")
    #expect(DigestMemory(environment: [:]) == nil)
  }
}

@Suite struct WeightsIdentificationTests {
  private let wrong = SHA256Digest(of: Array("other bytes".utf8))

  /// A file of weights, and a memory that holds a wrong digest of it, confirmed some seconds ago.
  private func planted(confirmed age: Int64) throws -> (OpenedWeights, DigestMemory, OpenedFile) {
    let folder = try TinyModel.folder()
    let path = folder.appendingPathComponent("weights").path
    try Data("bytes".utf8).write(to: URL(fileURLWithPath: path))
    let files = try OpenedWeights(EngineConfiguration(weights: path, projector: nil))
    let state = files.text.state
    let confirmed = Int64(Date().timeIntervalSince1970) - age
    let line = "\(state.device) \(state.inode) \(state.size) \(state.written) \(state.changed) \(confirmed) \(wrong)"
    let memory = DigestMemory(path: folder.appendingPathComponent("digests").path)
    try Data("dermgemma-digests/1\n\(line)\n".utf8).write(to: URL(fileURLWithPath: memory.path))
    #expect(chmod(memory.path, 0o600) == 0)
    return (files, memory, files.text)
  }

  @Test func `a remembered digest is taken without reading the file`() async throws {
    let (files, memory, _) = try planted(confirmed: 3600)
    let identification = WeightsIdentification(of: files, name: "w", engine: "e", precision: .f32, memory: memory)
    await identification.confirmed()
    #expect(try await identification.value.weights == wrong)
  }

  @Test func `an old one is confirmed by reading, and bytes that are others end the use of the weights`() async throws {
    let (files, memory, file) = try planted(confirmed: 100_000)
    let identification = WeightsIdentification(of: files, name: "w", engine: "e", precision: .f32, memory: memory)
    await identification.confirmed()
    await #expect(throws: EngineFault.otherBytes(path: file.path)) { try await identification.value }
    #expect(memory.entry(of: file.state) == nil)
  }

  @Test func `of a file that was written to since, nothing is remembered`() async throws {
    let (files, memory, file) = try planted(confirmed: 0)
    #expect(chmod(file.path, 0o640) == 0)
    let identification = WeightsIdentification(of: files, name: "w", engine: "e", precision: .f32, memory: memory)
    #expect(try await identification.value.weights == SHA256Digest(of: Array("bytes".utf8)))
  }

  @Test func `without a memory every file is read`() async throws {
    let (files, _, _) = try planted(confirmed: 0)
    let identification = WeightsIdentification(of: files, name: "w", engine: "e", precision: .f32, memory: nil)
    #expect(try await identification.value.weights == SHA256Digest(of: Array("bytes".utf8)))
  }
}

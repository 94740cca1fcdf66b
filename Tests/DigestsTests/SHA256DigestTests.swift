import Digests
import Foundation
import Testing

@Suite struct SHA256DigestTests {
  // FIPS 180-4's own examples.
  @Test func `agrees with the standard's examples`() {
    #expect(
      SHA256Digest(of: Array("abc".utf8)).hexadecimal
        == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
    #expect(
      SHA256Digest(of: [UInt8]()).hexadecimal
        == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")
  }

  @Test func `a file's digest is that of its bytes`() throws {
    let bytes = (0..<3_000_000).map { UInt8(truncatingIfNeeded: $0 &* 7) }
    let path = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString).path
    defer { try? FileManager.default.removeItem(atPath: path) }
    try Data(bytes).write(to: URL(fileURLWithPath: path))
    #expect(try SHA256Digest(ofFileAt: path) == SHA256Digest(of: bytes))
  }

  @Test func `a missing file is named in the error`() {
    #expect(throws: UnreadableFile.self) { try SHA256Digest(ofFileAt: "/nonexistent/file") }
  }

  @Test func `hexadecimal digits are read back, and nothing else is`() {
    let digest = SHA256Digest(of: [1, 2, 3])
    #expect(SHA256Digest(hexadecimal: digest.hexadecimal.uppercased()) == digest)
    #expect(SHA256Digest(hexadecimal: "abc") == nil)
    #expect(SHA256Digest(hexadecimal: String(repeating: "g", count: 64)) == nil)
  }
}

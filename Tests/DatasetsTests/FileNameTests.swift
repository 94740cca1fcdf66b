import Faults
import Testing

@Suite struct FileNameTests {
  @Test(
    arguments: [
      ("plain.jpg", Array("plain.jpg".utf8)), ("日本/ä.png", Array("日本/ä.png".utf8)),
      ("caf\\xE9.jpg", [0x63, 0x61, 0x66, 0xE9] + Array(".jpg".utf8)),
      ("\\xFF\\xFE", [0xFF, 0xFE]), ("é\\x80", [0xC3, 0xA9, 0x80]), ("a\\b", Array("a\\b".utf8)),
      ("a\\xe9", Array("a\\xe9".utf8)), ("a\\x5CxE9", Array("a\\xE9".utf8)), ("\\x5Cx5C", Array("\\x5C".utf8)),
      ("", []),
      ("\\xED\\xA0\\x80", [0xED, 0xA0, 0x80]),
    ] as [(String, [UInt8])])
  func `a name is text where it can be, otherwise escaped, and leads back to itself`(_ text: String, _ bytes: [UInt8]) {
    #expect(FileName.text(of: bytes) == text)
    #expect(FileName.bytes(of: text) == bytes)
  }

  @Test func `any bytes come back as they were, and no two names share a text`() {
    // Compared as bytes: as text, U+0340 and U+0300 are one.
    var texts: Set<[UInt8]> = []
    for first in UInt8.min...UInt8.max {
      for second in [0x5C, 0x78, 0x41, 0x80, 0xC3, 0xE9, 0xFF] as [UInt8] {
        let bytes = [first, second, 0x78, 0x45, 0x39]
        #expect(FileName.bytes(of: FileName.text(of: bytes)) == bytes)
        texts.insert(Array(FileName.text(of: bytes).utf8))
      }
    }
    #expect(texts.count == 256 * 7)
  }
}

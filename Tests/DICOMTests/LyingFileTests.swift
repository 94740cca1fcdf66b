import DICOM
import TestDICOM
import Testing

/// Files that claim what is not so: each ends in one message that says what and where.
@Suite struct LyingFileTests {
  private static let pixelData: UInt32 = 0x7FE0_0010

  /// The message that a file ends in; "read" when it does not.
  private static func message(_ bytes: [UInt8], limit: Int = 1 << 20) -> String {
    do throws(DICOMFault) {
      _ = try DICOMImage(bytes, inflatedLimit: limit).frame()
      return "read"
    } catch {
      #expect(error.kind == .unusableInput)
      return error.description
    }
  }

  private static func rgb(_ change: (inout HandmadeDICOM) -> Void) -> [UInt8] {
    var file = HandmadeDICOM.rgb
    change(&file)
    return file.bytes()
  }

  private static let rawElements: [(String, [UInt8])] = [
    // A length of 4 GB less two, in an element of a long type.
    ("claims 4294967294 bytes", HandmadeDICOM.tag(0x0009_0010) + Array("UN".utf8) + [0, 0, 0xFE, 0xFF, 0xFF, 0xFF]),
    ("claims 65534 bytes", HandmadeDICOM.tag(0x0009_0010) + Array("LO".utf8) + [0xFE, 0xFF]),
    ("has a type that does not exist", HandmadeDICOM.tag(0x0009_0010) + Array("QQ".utf8) + [0, 0]),
    (
      "has no length, and is not a sequence",
      HandmadeDICOM.tag(0x0009_0010) + Array("OB".utf8) + [0, 0, 255, 255, 255, 255]
    ),
    ("elements ascend, each once", HandmadeDICOM.element(0x0008_0016, "UI", Array(HandmadeDICOM.dermoscopy.utf8))),
    ("elements ascend, each once", HandmadeDICOM.element(0x0008_0005, "CS", [])),
    ("stands at byte", HandmadeDICOM.tag(0xFFFE_E00D) + [0, 0, 0, 0]),
    (
      "no item of a sequence begins at byte",
      HandmadeDICOM.element(0x0009_0010, "SQ", HandmadeDICOM.tag(0x0008_0100) + [0, 0, 0, 0])
    ),
    (
      "claims 100 bytes, and 0 follow",
      HandmadeDICOM.element(0x0009_0010, "SQ", HandmadeDICOM.tag(0xFFFE_E000) + HandmadeDICOM.bytes(100, 4))
    ),
    (
      "an item has no end mark",
      HandmadeDICOM.element(0x0009_0010, "SQ", HandmadeDICOM.tag(0xFFFE_E000) + [255, 255, 255, 255])
    ),
    ("sequences nested more than 16 deep", nested(20)),
    (
      "the end of a sequence at byte",
      HandmadeDICOM.element(0x0009_0010, "SQ", HandmadeDICOM.tag(0xFFFE_E0DD) + [1, 0, 0, 0], isUndefined: true)
    ),
  ]

  private static func nested(_ depth: Int) -> [UInt8] {
    var value: [UInt8] = []
    for _ in 0..<depth { value = HandmadeDICOM.element(0x0009_0010, "SQ", HandmadeDICOM.item(value)) }
    return value
  }

  @Test(arguments: rawElements) func `an element that lies is named with its place`(words: String, element: [UInt8]) {
    let start = HandmadeDICOM.rgb.bytes(hasPreamble: true)
    // After the SOP class, which is the first element.
    let first = HandmadeDICOM.element(0x0008_0016, "UI", Array(HandmadeDICOM.dermoscopy.utf8))
    let head = HandmadeDICOM.rgb.bytes().count - HandmadeDICOM.rgb.dataSet.count
    let bytes = Array(start.prefix(head)) + first + element + start.dropFirst(head + first.count)
    #expect(Self.message(bytes).contains(words))
  }

  private static let descriptions: [(String, @Sendable (inout HandmadeDICOM) -> Void)] = [
    ("(0028,0010) is missing or empty", { $0.elements[0x0028_0010] = nil }),
    ("(0028,0010) has 4 bytes instead of 2", { $0.put(0x0028_0010, "US", [8, 0, 8, 0]) }),
    ("0 × 8 pixels", { $0.put(0x0028_0011, number: 0) }),
    (
      "(7FE0,0010) has 192 bytes of the 1 × 12884508675 needed",
      {
        $0.put(0x0028_0010, number: 65_535)
        $0.put(0x0028_0011, number: 65_535)
      }
    ),
    ("(7FE0,0010) has 192 bytes, and its picture has 168", { $0.put(0x0028_0010, number: 7) }),
    ("2 samples per pixel", { $0.put(0x0028_0002, number: 2) }),
    ("RGB has 3 samples per pixel, and (0028,0002) says 1", { $0.put(0x0028_0002, number: 1) }),
    ("(0028,0004) is none of the standard's words", { $0.put(0x0028_0004, "CS", "PLANTED") }),
    ("(0028,0006) is 7", { $0.put(0x0028_0006, number: 7) }),
    ("32 bits per sample", { $0.put(0x0028_0100, number: 32) }),
    ("(0028,0101) stores 9 bits in 8", { $0.put(0x0028_0101, number: 9) }),
    ("whose highest bit is 3", { $0.put(0x0028_0102, number: 3) }),
    ("(0028,0103) is 2", { $0.put(0x0028_0103, number: 2) }),
    ("signed colours", { $0.put(0x0028_0103, number: 1) }),
    ("(0028,0008) is not a number", { $0.put(0x0028_0008, "IS", "PLANTED") }),
    ("(0028,0008) is no number of frames", { $0.put(0x0028_0008, "IS", "-1") }),
    ("(0028,0008) is not a number", { $0.put(0x0028_0008, "IS", "nan") }),
    ("it has no pixels", { $0.elements[0x7FE0_0010] = nil }),
    (
      "floating-point samples",
      {
        $0.elements[0x7FE0_0010] = nil
        $0.put(0x7FE0_0008, "OW", [0, 0, 0, 0])
      }
    ),
    ("compressed pixels are in fragments", { $0.put(fragments: [[1, 2]]) }),
    ("its SOP class, is missing", { $0.elements[0x0008_0016] = nil }),
    ("a private SOP class", { $0.put(0x0008_0016, "UI", "1.2.3.4") }),
    ("computed tomography instead of a photograph", { $0.put(0x0008_0016, "UI", "1.2.840.10008.5.1.4.1.1.2") }),
    ("JPEG XL (transfer syntax 1.2.840.10008.1.2.4.110)", { $0.syntax = "1.2.840.10008.1.2.4.110" }),
    ("lossless JPEG in arithmetic codes", { $0.syntax = "1.2.840.10008.1.2.4.58" }),
    ("hierarchical JPEG", { $0.syntax = "1.2.840.10008.1.2.4.65" }),
    ("a private transfer syntax", { $0.syntax = "1.2.3.4.5" }),
    ("big-endian numbers", { $0.syntax = "1.2.840.10008.1.2.2" }),
    ("YBR_RCT outside of the codec", { $0.put(0x0028_0004, "CS", "YBR_RCT") }),
  ]

  @Test(arguments: descriptions.indices) func `a description that lies is named by its tag`(index: Int) {
    let (words, change) = Self.descriptions[index]
    let message = Self.message(Self.rgb(change))
    #expect(message.contains(words))
    #expect(!message.contains("PLANTED"))
  }

  @Test func `a deflated data set that ends early or is too large is told`() {
    let whole = Self.rgb { $0.syntax = HandmadeDICOM.deflated }
    #expect(Self.message(Array(whole.dropLast(20))).contains("its deflated data set stops"))
    #expect(Self.message(whole, limit: 100).contains("more than 100 bytes"))
  }

  @Test func `the length of the file meta information is held to what is there`() {
    var bytes = HandmadeDICOM.rgb.bytes()
    bytes[140] += 2
    #expect(Self.message(bytes).contains("(0002,0000) ends the file meta information at byte"))
  }

  @Test func `run lengths that lie are told`() {
    func message(_ fragment: [UInt8], _ count: Int = 1) -> String {
      Self.message(
        Self.rgb {
          $0.syntax = HandmadeDICOM.runLengths
          $0.put(fragments: [[UInt8]](repeating: fragment, count: count))
        })
    }
    func header(_ numbers: Int...) -> [UInt8] {
      let bytes = numbers.flatMap { HandmadeDICOM.bytes($0, 4) }
      return bytes + [UInt8](repeating: 0, count: 64 - bytes.count)
    }
    #expect(message([1, 2]).contains("the header of run lengths"))
    #expect(message(header(4, 64)).contains("4 segments instead of 3"))
    #expect(message(header(3, 64, 64, 4_294_967_295)).contains("the offset of segment 3"))
    #expect(message(header(3, 64, 64, 64)).contains("gives 0 of 64 bytes"))
    #expect(message(header(3, 64, 64, 64), 2).contains("in 2 fragments instead of one"))
  }

  @Test func `no cut, change or doubling of bytes ends in a crash`() {
    var random = DICOMRandom(state: 65)
    var read = 0
    var sound = [HandmadeDICOM.explicit, HandmadeDICOM.implicit, HandmadeDICOM.deflated].map { syntax in
      Self.rgb { $0.syntax = syntax }
    }
    sound.append(
      Self.rgb {
        $0.syntax = HandmadeDICOM.jpeg
        $0.put(0x0028_0008, "IS", "2")
        $0.put(table: [0, 12], fragments: [[0xFF, 0xD8, 1, 1], [0xFF, 0xD8, 3, 3]])
      })
    for round in 0..<10_000 {
      let bytes = Self.mutated(sound[round % sound.count], &random)
      do throws(DICOMFault) {
        let options = DICOMOptions(frame: 1, keepsDemographics: true, pseudonymKey: [1])
        let image = try DICOMImage(bytes, options: options, inflatedLimit: 1 << 20)
        _ = image.lesion
        _ = try image.frame()
        read += 1
      } catch {
        #expect(!error.description.isEmpty)
      }
    }
    #expect(read > 500 && read < 9_500)
  }

  private static func mutated(_ bytes: [UInt8], _ random: inout DICOMRandom) -> [UInt8] {
    var bytes = bytes
    for _ in 0..<Int.random(in: 1...3, using: &random) {
      // The headers are more interesting than preamble and pixels.
      let at = Int.random(in: 128..<min(bytes.count, 480), using: &random)
      switch Int.random(in: 0..<8, using: &random) {
      case 0: return Array(bytes.prefix(at))
      case 1: bytes.removeSubrange(at..<min(at + Int.random(in: 1...12, using: &random), bytes.count))
      case 2: bytes.insert(contentsOf: bytes[max(at - 12, 0)..<at], at: at)
      default: bytes[at] = [0, 1, 127, 128, 255, bytes[at] ^ 1, bytes[at] ^ 128].randomElement(using: &random) ?? 0
      }
      if bytes.count < 200 { break }
    }
    return bytes
  }
}

import DICOM
import TestDICOM
import Testing

/// What the pixels become; whole pictures are compared with pydicom's in Interop.
@Suite struct PictureTests {
  private func pixels(_ file: HandmadeDICOM, _ options: DICOMOptions = DICOMOptions()) throws -> [UInt8] {
    try pixels(file.bytes(), options)
  }

  private func pixels(_ bytes: [UInt8], _ options: DICOMOptions = DICOMOptions()) throws -> [UInt8] {
    let image = try DICOMImage(bytes, options: options, inflatedLimit: 1 << 20)
    guard case .rgb(let pixels) = try image.frame() else {
      Issue.record("it is compressed")
      return []
    }
    return pixels
  }

  private let expected: [UInt8] = (0..<64).flatMap { (index: Int) -> [UInt8] in [UInt8(index * 4), 1, 2] }

  @Test(arguments: [HandmadeDICOM.explicit, HandmadeDICOM.implicit, HandmadeDICOM.deflated])
  func `the transfer syntaxes without compression give the same picture`(syntax: String) throws {
    var file = HandmadeDICOM.rgb
    file.syntax = syntax
    #expect(try pixels(file) == expected)
    #expect(DICOMImage.isDICOM(file.bytes()))
    #expect(try pixels(file.bytes(hasPreamble: false)) == expected)
    #expect(DICOMImage.isDICOM(file.bytes(hasPreamble: false)))
    // Without file meta information nothing says that a data set is deflated.
    guard syntax != HandmadeDICOM.deflated else { return }
    #expect(try pixels(file.bytes(hasPreamble: false, hasMeta: false)) == expected)
    #expect(try pixels(file.bytes(hasMeta: false)) == expected)
  }

  @Test func `a data set without preamble is recognised by its first elements`() {
    var file = HandmadeDICOM.rgb
    #expect(DICOMImage.isDICOM(file.bytes(hasPreamble: false, hasMeta: false)))
    file.put(0x0008_0018, "UI", "1.2.3")
    file.syntax = HandmadeDICOM.implicit
    #expect(DICOMImage.isDICOM(file.bytes(hasPreamble: false, hasMeta: false)))
    #expect(!DICOMImage.isDICOM(Array("\u{8}\0\u{5}\0 is a text".utf8)))
    #expect(!DICOMImage.isDICOM([]))
  }

  @Test func `colours in planes are put together`() throws {
    var file = HandmadeDICOM.rgb
    file.put(0x0028_0006, number: 1)
    file.put(
      0x7FE0_0010, "OB",
      (0..<64).map { UInt8($0 * 4) } + [UInt8](repeating: 1, count: 64) + [UInt8](repeating: 2, count: 64))
    #expect(try pixels(file) == expected)
  }

  @Test func `16 bits become 8 by the bits in use`() throws {
    var file = HandmadeDICOM.grey
    file.describe(photometric: "MONOCHROME2", samples: 1, bits: 12)
    file.put(0x7FE0_0010, "OW", (0..<64).flatMap { HandmadeDICOM.bytes($0 * 65, 2) })
    #expect(try pixels(file).prefix(6) == [0, 0, 0, 4, 4, 4])
    #expect(try pixels(file).last == 255)
  }

  @Test func `MONOCHROME1 is white at 0, and a window spreads its values`() throws {
    var file = HandmadeDICOM.grey
    file.put(0x0028_0004, "CS", "MONOCHROME1")
    #expect(try pixels(file).prefix(4) == [255, 255, 255, 251])
    file = .grey
    file.put(0x0028_1050, "DS", "128\\40")
    file.put(0x0028_1051, "DS", "65\\9")
    let levels = try pixels(file)
    #expect(levels[23 * 3] == 0)
    // PS3.3, C.11.2.1.2.1: ((128 - 127.5) / 64 + 0.5) of 255.
    #expect(levels[32 * 3] == 129)
    #expect(levels[40 * 3] == 255)
  }

  @Test func `a palette gives each value its colour, and the last one to what lies beyond`() throws {
    var file = HandmadeDICOM.grey
    file.put(0x0028_0004, "CS", "PALETTE COLOR")
    for (index, channel) in [UInt32(0x1101), 0x1102, 0x1103].enumerated() {
      file.put(
        0x0028_0000 + channel, "US", HandmadeDICOM.bytes(5, 2) + HandmadeDICOM.bytes(0, 2) + HandmadeDICOM.bytes(8, 2))
      file.put(0x0028_0100 + channel, "OW", (0..<5).map { UInt8($0 * 10 + index) })
    }
    let levels = try pixels(file)
    #expect(levels.prefix(3) == [0, 1, 2])
    #expect(levels[3...].prefix(3) == [40, 41, 42])
    #expect(levels.suffix(3) == [40, 41, 42])
  }

  @Test func `run lengths are planes, whatever the Planar Configuration says`() throws {
    var file = HandmadeDICOM.rgb
    file.syntax = HandmadeDICOM.runLengths
    // 64 literal bytes, then two runs of 64.
    let segments: [[UInt8]] = [
      [63] + (0..<64).map { UInt8($0 * 4) }, [UInt8(bitPattern: -63), 1], [UInt8(bitPattern: -63), 2],
    ]
    var header = HandmadeDICOM.bytes(3, 4)
    for start in [64, 64 + 65, 64 + 67] { header += HandmadeDICOM.bytes(start, 4) }
    header += [UInt8](repeating: 0, count: 64 - header.count)
    file.put(fragments: [header + segments.flatMap { $0 }])
    #expect(try pixels(file) == expected)
  }

  @Test func `YBR at full range becomes RGB, halved or not`() throws {
    var file = HandmadeDICOM.rgb
    file.put(0x0028_0004, "CS", "YBR_FULL")
    file.put(0x7FE0_0010, "OB", (0..<64).flatMap { _ in [UInt8(76), 85, 255] })
    #expect(try pixels(file).prefix(3) == [254, 0, 0])
    file.put(0x0028_0004, "CS", "YBR_FULL_422")
    file.put(0x7FE0_0010, "OB", (0..<32).flatMap { _ in [UInt8(76), 150, 85, 255] })
    #expect(try pixels(file).prefix(6) == [254, 0, 0, 255, 74, 74])
  }

  @Test func `of several frames one is to be chosen`() throws {
    var file = HandmadeDICOM.grey
    file.put(0x0028_0008, "IS", "3")
    file.put(0x7FE0_0010, "OB", (0..<192).map { UInt8($0) })
    #expect(throws: DICOMFault.frameNotChosen(count: 3)) { try pixels(file) }
    #expect(try pixels(file, DICOMOptions(frame: 2)).first == 64)
    #expect(throws: DICOMFault.noSuchFrame(number: 4, count: 3)) { try pixels(file, DICOMOptions(frame: 4)) }
    #expect(throws: DICOMFault.noSuchFrame(number: 0, count: 3)) { try pixels(file, DICOMOptions(frame: 0)) }
  }

  @Test func `the frames of fragments are found by tables, by number and by their first markers`() throws {
    func frame(_ number: Int, table: [Int], fragments: [[UInt8]], extended: [Int] = []) throws -> [UInt8] {
      var file = HandmadeDICOM.rgb
      file.syntax = HandmadeDICOM.jpeg
      file.put(0x0028_0008, "IS", "2")
      if !extended.isEmpty { file.put(0x7FE0_0001, "OV", extended.flatMap { HandmadeDICOM.bytes($0, 8) }) }
      file.put(table: table, fragments: fragments)
      let image = try DICOMImage(file.bytes(), options: DICOMOptions(frame: number), inflatedLimit: 0)
      guard case .jpeg(let bytes) = try image.frame() else { return [] }
      return bytes
    }
    let parts: [[UInt8]] = [[0xFF, 0xD8, 1, 1], [2, 2], [0xFF, 0xD8, 3, 3]]
    #expect(try frame(1, table: [0, 22], fragments: parts) == [0xFF, 0xD8, 1, 1, 2, 2])
    #expect(try frame(2, table: [0, 22], fragments: parts) == [0xFF, 0xD8, 3, 3])
    #expect(try frame(1, table: [], fragments: parts, extended: [0, 22]) == [0xFF, 0xD8, 1, 1, 2, 2])
    #expect(try frame(2, table: [], fragments: [parts[0], parts[2]]) == [0xFF, 0xD8, 3, 3])
    #expect(try frame(1, table: [], fragments: parts) == [0xFF, 0xD8, 1, 1, 2, 2])
    #expect(throws: DICOMFault.self) { try frame(1, table: [0, 21], fragments: parts) }
    #expect(throws: DICOMFault.self) { try frame(1, table: [], fragments: [parts[0], [1, 1], [2, 2]]) }
  }
}

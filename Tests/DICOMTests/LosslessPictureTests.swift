import DICOM
import TestDICOM
import Testing

/// JPEG-LS and lossless JPEG, which are decoded here; more of them are compared with pydicom's pixels in Interop.
@Suite struct LosslessPictureTests {
  private static let greys = LosslessPictures.levels.flatMap { [$0, $0, $0] }

  private static func pixels(_ file: HandmadeDICOM) throws -> [UInt8] {
    guard case .rgb(let pixels) = try DICOMImage(file.bytes(), inflatedLimit: 1 << 20).frame() else { return [] }
    return pixels
  }

  private static func message(_ file: HandmadeDICOM) -> String {
    do throws(DICOMFault) {
      _ = try DICOMImage(file.bytes(), inflatedLimit: 1 << 20).frame()
      return "read"
    } catch {
      return error.description
    }
  }

  private static func ls(_ frame: [UInt8] = LosslessPictures.greyLS, samples: Int = 1) -> HandmadeDICOM {
    LosslessPictures.file(HandmadeDICOM.jpegLS, frame, samples: samples)
  }

  private static func jpeg(_ frame: [UInt8] = LosslessPictures.greyJPEG[0], samples: Int = 1) -> HandmadeDICOM {
    LosslessPictures.file(HandmadeDICOM.losslessJPEG, frame, samples: samples)
  }

  @Test func `JPEG-LS gives the samples that were encoded, in every order of its channels`() throws {
    #expect(try Self.pixels(Self.ls()) == Self.greys)
    for frame in LosslessPictures.colorsLS {
      #expect(try Self.pixels(Self.ls(frame, samples: 3)) == LosslessPictures.colors)
    }
  }

  @Test func `lossless JPEG gives the samples that were encoded, with every sort of predictor`() throws {
    for frame in LosslessPictures.greyJPEG { #expect(try Self.pixels(Self.jpeg(frame)) == Self.greys) }
    #expect(try Self.pixels(Self.jpeg(LosslessPictures.colorsJPEG, samples: 3)) == LosslessPictures.colors)
  }

  @Test func `after a restart JPEG-LS begins anew`() throws {
    #expect(try Self.pixels(Self.ls(LosslessPictures.restartedLS)) == Self.greys)
    var frame = LosslessPictures.restartedLS
    let marker = try #require(frame.indices.dropLast().first { frame[$0] == 0xFF && frame[$0 + 1] == 0xD1 })
    frame[marker + 1] = 0xD3
    #expect(Self.message(Self.ls(frame)).contains("a restart marker of its JPEG is missing"))
  }

  @Test func `colours are what the file's label says, and a comment in a frame is stepped over`() throws {
    var file = Self.ls(LosslessPictures.colorsLS[1], samples: 3)
    file.put(0x0028_0004, "CS", "YBR_FULL")
    #expect(try Self.pixels(file) != LosslessPictures.colors)
    let name = Array("PLANTED^NAME".utf8)
    let frame = LosslessPictures.greyLS
    let remark: [UInt8] = [0xFF, 0xFE, 0, UInt8(name.count + 2)] + name
    #expect(try Self.pixels(Self.ls(Array(frame.prefix(2)) + remark + Array(frame.dropFirst(2)))) == Self.greys)
  }

  @Test func `HP's colour transform is undone, and refused where it makes no sense`() throws {
    func marked(_ order: Int, _ number: UInt8) -> [UInt8] {
      let frame = LosslessPictures.colorsLS[order]
      let remark: [UInt8] = [0xFF, 0xE8, 0, 7] + Array("mrfx".utf8) + [number]
      return Array(frame.prefix(2)) + remark + Array(frame.dropFirst(2))
    }
    let restored = try Self.pixels(Self.ls(marked(2, 1), samples: 3))
    for (level, pixel) in zip(LosslessPictures.levels, stride(from: 0, to: restored.count, by: 3)) {
      let green = 255 - level
      #expect(restored[pixel] == level &+ green &- 128)
      #expect(restored[pixel + 1] == green)
      #expect(restored[pixel + 2] == level / 2 &+ green &- 128)
    }
    #expect(Self.message(Self.ls(marked(0, 1), samples: 3)).contains("HP's colour transform of such components"))
    #expect(Self.message(Self.ls(marked(1, 5), samples: 3)).contains("HP's colour transform 5"))
  }

  @Test func `bits in a frame may be more than are stored, as long as each sample fits`() throws {
    var file = Self.ls()
    file.describe(photometric: "MONOCHROME2", samples: 1, bits: 12)
    file.put(0x0028_0010, number: LosslessPictures.height)
    file.put(0x0028_0011, number: LosslessPictures.width)
    #expect(try Self.pixels(file).prefix(96).max() == 16)
    file.put(0x0028_0101, number: 7)
    file.put(0x0028_0102, number: 6)
    #expect(Self.message(file).contains("has a sample of 255, and (0028,0101) allows 127"))
  }

  /// What is wrong, and the words for it.
  private static let lies: [(String, HandmadeDICOM)] = {
    var size = ls()
    size.put(0x0028_0010, number: 13)
    var wide = jpeg()
    wide.put(0x0028_0011, number: 17)
    let grey = LosslessPictures.greyLS
    let scan = grey.indices.dropLast().first { grey[$0] == 0xFF && grey[$0 + 1] == 0xDA } ?? 0
    func changed(_ frame: [UInt8], _ offset: Int, _ byte: UInt8) -> [UInt8] {
      var frame = frame
      frame[offset] = byte
      return frame
    }
    let planes = LosslessPictures.colorsLS[0]
    let scans = planes.indices.dropLast().filter { planes[$0] == 0xFF && planes[$0 + 1] == 0xDA }
    func segment(_ content: [UInt8]) -> [UInt8] { Array(grey.prefix(scan)) + content + Array(grey.dropFirst(scan)) }
    var palette = ls(changed(grey, scan + 7, 2))
    palette.put(0x0028_0004, "CS", "PALETTE COLOR")
    return [
      ("has 16 × 12 pixels, and the file says 16 × 13", size),
      ("has 16 × 12 pixels, and the file says 17 × 12", wide),
      ("its JPEG has 1 components, and the file says 3", ls(samples: 3)),
      ("its JPEG has 3 components, and the file says 1", ls(LosslessPictures.colorsLS[0])),
      ("its JPEG has samples of 12 bits, and the file's have 8", ls(changed(grey, 6, 12))),
      ("components differ in their size", ls(changed(grey, 13, 0x21))),
      ("its compressed picture is not a JPEG", ls([1, 2, 3, 4])),
      ("is another JPEG than JPEG-LS", ls(LosslessPictures.greyJPEG[0])),
      ("is another JPEG than a lossless one", jpeg(grey)),
      ("before its end marker", ls(Array(grey.dropLast(2)))),
      ("stops before its last row", ls(Array(grey.dropLast(40)) + [0xFF, 0xD9])),
      ("its JPEG stops in row", jpeg(Array(LosslessPictures.greyJPEG[0].dropLast(40)) + [0xFF, 0xD9])),
      ("has more bits than samples", ls(Array(grey.dropLast(2)) + [0, 0, 0, 0, 0xFF, 0xD9])),
      ("an LSE segment of type 4", ls(segment([0xFF, 0xF8, 0, 12, 4, 4, 0, 1, 0, 0, 0, 1, 0, 0]))),
      ("contradict each other", ls(segment([0xFF, 0xF8, 0, 13, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0]))),
      ("contradict each other", ls(segment([0xFF, 0xF8, 0, 13, 1, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0]))),
      ("a point transform", ls(changed(grey, scan + 9, 3))),
      ("1 components in order 2", ls(changed(grey, scan + 8, 2))),
      ("component that is not there", ls(changed(grey, scan + 5, 9))),
      ("1 of 3 components", ls(Array(planes.prefix(scans[1])) + [0xFF, 0xD9], samples: 3)),
      ("a palette over lossy samples", palette),
    ]
  }()

  @Test(arguments: lies.indices) func `a frame that lies is told`(index: Int) {
    let (words, file) = Self.lies[index]
    #expect(Self.message(file).contains(words))
  }

  @Test func `a lossless JPEG without its tables, or with one that is no code, is told`() throws {
    let frame = LosslessPictures.greyJPEG[0]
    let table = try #require(frame.indices.dropLast().first { frame[$0] == 0xFF && frame[$0 + 1] == 0xC4 })
    let length = Int(frame[table + 3]) + 2
    let bare = Array(frame.prefix(table) + frame.dropFirst(table + length))
    #expect(Self.message(Self.jpeg(bare)).contains("a Huffman table of its JPEG is missing"))
    var crowded = frame
    crowded[table + 5] = 3  // three codes of one bit
    #expect(Self.message(Self.jpeg(crowded)).contains("Huffman table"))
    var predictor = frame
    let scan = try #require(frame.indices.dropLast().first { frame[$0] == 0xFF && frame[$0 + 1] == 0xDA })
    predictor[scan + 7] = 0
    #expect(Self.message(Self.jpeg(predictor)).contains("has predictor 0"))
  }

  @Test func `no change of the bytes of a lossless picture ends in a crash`() {
    var random = DICOMRandom(state: 14_495)
    let sound: [(String, [UInt8], Int)] =
      LosslessPictures.colorsLS.map { (HandmadeDICOM.jpegLS, $0, 3) }
      + [
        (HandmadeDICOM.jpegLS, LosslessPictures.restartedLS, 1),
        (HandmadeDICOM.losslessJPEG, LosslessPictures.colorsJPEG, 3),
      ]
      + LosslessPictures.greyJPEG.map { (HandmadeDICOM.losslessJPEG, $0, 1) }
    var read = 0
    for round in 0..<9_000 {
      let (syntax, whole, samples) = sound[round % sound.count]
      var frame = whole
      for _ in 0..<Int.random(in: 1...4, using: &random) {
        let at = Int.random(in: 2..<frame.count, using: &random)
        frame[at] = [0, 255, 127, 128, frame[at] ^ 1, frame[at] ^ 64].randomElement(using: &random) ?? 0
      }
      if Self.message(LosslessPictures.file(syntax, frame, samples: samples)) == "read" { read += 1 }
    }
    #expect(read > 100 && read < 8_900)
  }
}

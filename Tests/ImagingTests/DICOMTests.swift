import DICOM
import Foundation
import Imaging
import TestDICOM
import TestImages
import Testing
import VisionLanguage

/// DICOM as one of the formats: its compressed frames, its colours, its limits.
@Suite struct DICOMTests {
  /// A JPEG of 24 × 16 pixels in DICOM.
  private static func file(_ frame: [UInt8] = HandmadeImages.jpeg, label: String = "YBR_FULL_422") -> HandmadeDICOM {
    var file = HandmadeDICOM.rgb
    file.syntax = HandmadeDICOM.jpeg
    file.describe(photometric: label, samples: 3)
    file.put(0x0028_0010, number: 16)
    file.put(0x0028_0011, number: 24)
    file.put(fragments: [frame])
    return file
  }

  private static func message(_ bytes: [UInt8]) -> String {
    do throws(ImageFault) {
      _ = try ImageDecoder.decode(bytes, name: "lesion.dcm")
      return "read"
    } catch {
      #expect(error.kind == .unusableInput)
      return error.description
    }
  }

  @Test func `a JPEG frame is read as the same JPEG alone, without what a patient's camera wrote into it`() throws {
    let alone = try ImageDecoder.decode(HandmadeImages.jpeg, name: "alone").image
    let name = Array("PLANTED^NAME".utf8)
    var frame = HandmadeImages.jpeg(HandmadeImages.jpeg, withSegment: 0xFE, name)
    frame = HandmadeImages.jpeg(frame, withSegment: 0xE1, Array("Exif\0\0".utf8) + HandmadeImages.exif(orientation: 6))
    for label in ["YBR_FULL_422", "YBR_FULL"] {
      let decoded = try ImageDecoder.decode(Self.file(frame, label: label).bytes(), name: "lesion.dcm")
      #expect(decoded.image == alone)
      #expect(decoded.format == .dicom)
      #expect(decoded.notes.isEmpty)
    }
  }

  @Test func `the label of a JPEG counts only where its own markers say nothing`() throws {
    let header = [UInt8](HandmadeImages.jpeg.prefix(4))
    #expect(header == [0xFF, 0xD8, 0xFF, 0xE0])
    let marked = try ImageDecoder.decode(Self.file(label: "RGB").bytes(), name: "marked").image
    #expect(marked == (try ImageDecoder.decode(HandmadeImages.jpeg, name: "alone").image))
    let jfif = 2 + Int(HandmadeImages.jpeg[4]) << 8 + Int(HandmadeImages.jpeg[5])
    let silent = [0xFF, 0xD8] + HandmadeImages.jpeg[(2 + jfif)...]
    let asRGB = try ImageDecoder.decode(Self.file(silent, label: "RGB").bytes(), name: "silent").image
    let asYBR = try ImageDecoder.decode(Self.file(silent).bytes(), name: "silent").image
    #expect(asYBR == marked)
    #expect(asRGB != marked)
  }

  @Test func `a compressed picture that is not as described is told`() {
    var file = Self.file()
    file.put(0x0028_0010, number: 17)
    #expect(Self.message(file.bytes()).contains("has 24 × 16 pixels, and the file says 24 × 17"))
    file = Self.file()
    file.put(0x0028_0002, number: 1)
    file.put(0x0028_0004, "CS", "MONOCHROME2")
    #expect(Self.message(file.bytes()).contains("has 3 components, and the file says 1"))
    #expect(Self.message(Self.file([1, 2, 3, 4]).bytes()).contains("is not a JPEG"))
    #expect(Self.message(Self.file(Array(HandmadeImages.jpeg.dropLast(60))).bytes()).contains("ends too early"))
    file.syntax = HandmadeDICOM.jpeg2000
    #expect(Self.message(file.bytes()).contains("does not begin with a codestream's markers"))
  }

  @Test func `sizes outside the limits are refused before a frame is looked at`() throws {
    var file = HandmadeDICOM.rgb
    file.put(0x0028_0010, number: 4)
    #expect(Self.message(file.bytes()).contains("8 × 4 pixels are too few"))
    file.put(0x0028_0010, number: 65_535)
    file.put(0x0028_0011, number: 65_535)
    #expect(Self.message(file.bytes()).contains("65,535 × 65,535 pixels are too many"))
    #expect(try ImageDecoder.size(of: Self.file().bytes(), name: "x") == (24, 16))
  }

  @Test func `a profile is converted, one that cannot be used is ignored with a note, and burnt-in text is told`()
    throws
  {
    var file = HandmadeDICOM.rgb
    file.put(0x0028_2000, "OB", ColorProfiles.redAndBlueSwapped)
    let swapped = try ImageDecoder.decode(file.bytes(), name: "x")
    #expect(swapped.notes.isEmpty)
    #expect(swapped.image.pixels[63 * 3 + 2] > 200 && swapped.image.pixels[63 * 3] < 20)
    file.put(0x0028_2000, "OB", [1, 2, 3, 4])
    file.put(0x0028_0301, "CS", "YES")
    let plain = try ImageDecoder.decode(file.bytes(), name: "x")
    #expect(
      plain.notes == [
        "its ICC profile cannot be used and is ignored",
        "the file says that text is part of its picture: it may name a patient",
      ])
    #expect(plain.image.pixels[63 * 3] == 252)
  }

  @Test func `of several frames one is to be chosen`() throws {
    var file = Self.file()
    file.put(0x0028_0008, "IS", "2")
    file.put(fragments: [HandmadeImages.jpeg, HandmadeImages.jpeg])
    #expect(Self.message(file.bytes()) == "lesion.dcm: 2 frames in one DICOM file; choose one with --frame N")
    let image = try ImageDecoder.decode(file.bytes(), name: "x", dicom: DICOMOptions(frame: 2)).image
    #expect(image.width == 24)
    #expect(throws: ImageFault.noSuchFrame(name: "x", number: 3, count: 2)) {
      try ImageDecoder.decode(file.bytes(), name: "x", dicom: DICOMOptions(frame: 3))
    }
  }

  @Test func `a browser shows no DICOM, and it is never passed on as it is`() {
    #expect(!ImageDecoder.isShownAlikeByBrowsers(Self.file().bytes()))
    #expect(ImageFormat.dicom.carriesPatientRecord)
    #expect(ImageFormat.allCases.filter(\.carriesPatientRecord) == [.dicom])
    #expect(ImageFormat.dicom.mediaType == "application/dicom")
  }

  @Test func `no change of the bytes of a compressed picture ends in a crash`() {
    var random = DICOMRandom(state: 2_023)
    let jpeg = Self.file().bytes()
    var codestream = HandmadeDICOM.rgb
    codestream.syntax = HandmadeDICOM.jpeg2000
    codestream.describe(photometric: "MONOCHROME2", samples: 1, side: 16)
    codestream.put(fragments: [HandmadeImages.decoded(Self.codestream)])
    #expect(Self.message(codestream.bytes()) == "read")
    for sound in [jpeg, codestream.bytes()] {
      var read = 0
      for _ in 0..<2_000 {
        var bytes = sound
        for _ in 0..<Int.random(in: 1...3, using: &random) {
          let at = Int.random(in: 300..<bytes.count, using: &random)
          bytes[at] = [0, 255, 127, bytes[at] ^ 1, bytes[at] ^ 64].randomElement(using: &random) ?? 0
        }
        if Self.message(bytes) == "read" { read += 1 }
      }
      #expect(read < 2_000)
    }
  }

  /// 16 × 16 pixels of grey, lossless, written by OpenJPEG.
  private static let codestream =
    "/0//UQApAAAAAAAQAAAAEAAAAAAAAAAAAAAAEAAAABAAAAAAAAAAAAABBwEB/1IADAAAAAEABAQEAAH/XAAQQEBISFBISFBISFBI"
    + "SFD/ZAAlAAFDcmVhdGVkIGJ5IE9wZW5KUEVHIHZlcnNpb24gMi41LjT/kAAKAAAAAABGAAH/k8fUBAgvx9oDH2gQBAK3w+oCh9QI"
    + "DQMLPGO/wfODg+cIIhoTA3+0L8B8IkD5AwA2oYU/PaY0WxDb/9k="
}

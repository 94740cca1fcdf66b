import Imaging
import TestImages
import Testing

@Suite struct RecognitionTests {
  private func isoMedia(_ brand: String, _ compatible: String...) -> [UInt8] {
    let brands = Array((brand + "\0\0\0\0" + compatible.joined()).utf8)
    return HandmadeImages.bigEndian(brands.count + 8, 4) + Array("ftyp".utf8) + brands
  }

  private func explanation(_ bytes: [UInt8]) -> String? {
    guard case .unsupported(let format) = RecognisedFormat(bytes) else { return nil }
    return format.explanation
  }

  @Test func `a film is named, and what to do, in the same words wherever it turns up`() {
    let words = "video is not accepted; save one frame as PNG or JPEG"
    #expect(explanation(isoMedia("qt  ", "qt  ")) == words)
    do throws(ImageFault) {
      _ = try ImageDecoder.decode(isoMedia("isom", "mp42"), name: "IMG_0001.HEIC")
      Issue.record("it was read")
    } catch {
      #expect(error.description == "IMG_0001.HEIC: " + words)
    }
  }

  @Test func `HEIC, AVIF, JPEG 2000 and JPEG XL are told by their first bytes`() {
    let expected: [(ImageFormat, [UInt8])] = [
      (.heic, isoMedia("heic", "mif1", "heic")), (.heic, isoMedia("mif1", "mif1", "heic", "miaf")),
      (.heic, isoMedia("mif1", "miaf")), (.avif, isoMedia("mif1", "avif", "miaf")), (.avif, isoMedia("avif")),
      (.jpegXL, [0xFF, 0x0A]), (.jpegXL, [0, 0, 0, 12] + Array("JXL ".utf8)),
      (.jpeg2000, [0, 0, 0, 12] + Array("jP  ".utf8)), (.jpeg2000, [0xFF, 0x4F, 0xFF, 0x51]),
    ]
    for (format, bytes) in expected { #expect(RecognisedFormat(bytes) == .accepted(format)) }
  }

  @Test func `formats are named by their first bytes, whatever the file is called`() {
    let padding = [UInt8](repeating: 0, count: 128)
    let expected: [(String, [UInt8])] = [
      ("video", isoMedia("qt  ")), ("video", isoMedia("isom", "mp42")), ("Canon camera raw", isoMedia("crx ")),
      ("video", [0x1A, 0x45, 0xDF, 0xA3]),
      ("GIF", Array("GIF89a".utf8)), ("PDF", Array("%PDF-1.7".utf8)),
      ("JPEG-LS", [0xFF, 0xD8, 0xFF, 0xF7, 0, 11]), ("JPEG XR", [0x49, 0x49, 0xBC, 1]),
      ("SVG", Array("<svg xmlns=\"http://www.w3.org/2000/svg\"/>".utf8)), ("HTML", Array("<!DOCTYPE html>".utf8)),
      ("ZIP", [0x50, 0x4B, 3, 4]), ("tar", [UInt8](repeating: 65, count: 257) + Array("ustar".utf8)),
    ]
    for (name, bytes) in expected {
      guard case .unsupported(let format) = RecognisedFormat(bytes) else {
        Issue.record("\(name) is not recognised")
        continue
      }
      #expect(format.name == name)
      #expect(format.explanation.hasPrefix("\(name) is not accepted; "))
    }
    let dicom: [[UInt8]] = [
      padding + Array("DICM".utf8), [8, 0, 5, 0] + Array("CS".utf8) + [10, 0],
      [2, 0, 0, 0] + Array("UL".utf8) + [4, 0],
      // Both TIFF and DICOM: the TIFF would be passed on with the patient's record.
      [0x49, 0x49, 42, 0] + padding.dropFirst(4) + Array("DICM".utf8),
      [0xFF, 0x0A] + padding.dropFirst(2) + Array("DICM".utf8),
      [0, 0, 0, 12] + Array("jP  ".utf8) + padding.dropFirst(8) + Array("DICM".utf8),
    ]
    for bytes in dicom { #expect(RecognisedFormat(bytes) == .accepted(.dicom)) }
    #expect(RecognisedFormat(HandmadeImages.jpeg) == .accepted(.jpeg))
    #expect(RecognisedFormat(HandmadeImages.tiff().prefix(RecognisedFormat.bytesNeeded)) == .accepted(.tiff))
    #expect(RecognisedFormat(Array("image,diagnosis\n".utf8)) == .unknown)
    #expect(RecognisedFormat([]) == .unknown)
  }

  @Test func `what a file is can be asked of its path, without reading all of it`() throws {
    #expect(RecognisedFormat(fileAt: "/nonexistent/lesion.jpg") == nil)
    #expect(RecognisedFormat(fileAt: "/dev/zero") == nil)
    #expect(RecognisedFormat(fileAt: "/proc/self/exe") == .unknown)
  }
}

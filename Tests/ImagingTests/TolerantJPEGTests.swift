import Imaging
import TestImages
import Testing

/// What libjpeg passes over with a warning and no pixel changes.
@Suite struct TolerantJPEGTests {
  private typealias Make = HandmadeImages

  private func changed(_ bytes: [UInt8], at offset: Int, to new: [UInt8]) -> [UInt8] {
    var bytes = bytes
    bytes.replaceSubrange(offset..<(offset + new.count), with: new)
    return bytes
  }

  private func inserting(_ extra: [UInt8], before marker: UInt8) -> [UInt8] {
    let at = Make.segment(marker, in: Make.jpeg)
    return Array(Make.jpeg[..<at]) + extra + Make.jpeg[at...]
  }

  private func adobe(_ count: Int, transform: UInt8) -> [UInt8] {
    let content = Array(("Adobe".utf8 + [0, 100, 0, 0, 0, 0, transform]).prefix(count))
    return Make.jpeg(Make.jpeg, withSegment: 0xEE, content)
  }

  @Test func `what touches no pixel is passed over, and the pixels are the same`() throws {
    let sound = try ImageDecoder.decode(Make.jpeg, name: "sound").image
    let scan = Make.segment(0xDA, in: Make.jpeg)
    let files: [(String, [UInt8])] = [
      ("Samsung's last coefficient 0", changed(Make.jpeg, at: scan + 12, to: [0])),
      ("JFIF 2.01", changed(Make.jpeg, at: 11, to: [2, 1])),
      ("stray bytes", inserting([0x12, 0x34], before: 0xDB)),
      ("stray bytes before the scan", inserting(Array(repeating: 0x55, count: 99), before: 0xDA)),
      ("FF 00", inserting([0xFF, 0], before: 0xC4)),
      ("fill bytes", inserting([0xFF, 0xFF, 0xFF], before: 0xC4)),
      ("a restart marker in the header", inserting([0xFF, 0xD3], before: 0xC4)),
      ("a comment of length 0", inserting([0xFF, 0xFE, 0, 0], before: 0xC4)),
      ("a short APP14", adobe(7, transform: 0)), ("an APP14 of an odd transform", adobe(12, transform: 9)),
      ("a thumbnail that is none", Make.jpeg(Make.jpeg, withSegment: 0xE0, Array("JFXX".utf8) + [0, 0x10, 1, 2])),
    ]
    for (name, bytes) in files {
      let image = try ImageDecoder.decode(bytes, name: name).image
      #expect(image == sound, "\(name)")
    }
  }

  @Test func `a picture that is cut off stays refused beside what is passed over`() {
    let scan = Make.segment(0xDA, in: Make.jpeg)
    let files = [
      Array(changed(Make.jpeg, at: scan + 12, to: [0]).dropLast(12)),
      Array(inserting([0xFF, 0, 7], before: 0xDB).dropLast(12)),
      Array(changed(Make.jpeg, at: 11, to: [2, 1]).dropLast(12)),
    ]
    for bytes in files {
      #expect(throws: ImageFault.self) { try ImageDecoder.decode(bytes, name: "a") }
    }
  }
}

import Faults
import Imaging
import TestImages
import Testing

@Suite struct BrokenImageTests {
  @Test func `every broken file is refused in one line that names it`() throws {
    let files = try BrokenImages.all()
    #expect(files.count >= 30)
    #expect(Set(files.map(\.name)).count == files.count)
    for (name, bytes) in files {
      #expect(throws: ImageFault.self, "\(name) was read") {
        do throws(ImageFault) {
          _ = try ImageDecoder.decode(bytes, name: name)
        } catch {
          #expect(error.kind == .unusableInput, "\(error)")
          #expect(error.description.hasPrefix(name + ": "), "\(error)")
          #expect(!error.description.contains { $0.isNewline }, "\(error)")
          throw error
        }
      }
    }
  }

  // Before there were limits these took 108 s, 22 s with 2.3 GB, and minutes.
  @Test func `small files that would cost much are refused or read at once`() throws {
    typealias Make = HandmadeImages
    let jpeg = Make.progressiveJPEG
    let scan = (0..<(jpeg.count - 1)).last { jpeg[$0] == 0xFF && jpeg[$0 + 1] == 0xDA } ?? 0
    let scans =
      Array(jpeg[..<(jpeg.count - 2)]) + Make.repeated(Array(jpeg[scan..<(jpeg.count - 2)]), 100) + [0xFF, 0xD9]
    #expect(throws: ImageFault.featureNotAccepted(name: "a", format: .jpeg, feature: "110 scans of 24 × 16 pixels")) {
      try ImageDecoder.decode(scans, name: "a")
    }

    let text = Make.chunk("zTXt", [65, 0, 0, 0x78, 0x9C] + Make.deflatedZeros(repeats: 30_000))
    #expect(try ImageDecoder.decode(Make.png(chunks: Array(repeating: text, count: 100)), name: "a").format == .png)

    var webP = Make.animatedWebP
    webP += Make.repeated(Array(webP[(webP.count - 48)...]), 1_000)
    webP.replaceSubrange(4..<8, with: Make.littleEndian(webP.count - 8, 4))
    #expect(throws: ImageFault.featureNotAccepted(name: "a", format: .webP, feature: "1,002 frames")) {
      try ImageDecoder.decode(webP, name: "a")
    }
  }
}

import Faults
import Foundation
import Imaging
import TestImages
import Testing

@Suite struct FileReadingTests {
  private let folder: URL

  init() throws {
    folder = FileManager.default.temporaryDirectory.appendingPathComponent("imaging-" + UUID().uuidString)
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
  }

  private func fault(_ path: String) -> ImageFault? {
    do throws(ImageFault) {
      _ = try ImageDecoder.decode(fileAt: path)
      return nil
    } catch {
      return error
    }
  }

  private func path(_ name: String, _ bytes: [UInt8]) throws -> String {
    let file = folder.appendingPathComponent(name)
    try Data(bytes).write(to: file)
    return file.path
  }

  @Test func `a file is read as its bytes are`() throws {
    defer { try? FileManager.default.removeItem(at: folder) }
    let bytes = HandmadeImages.png()
    #expect(
      try ImageDecoder.decode(fileAt: path("a.png", bytes)) == ImageDecoder.decode(bytes, name: "a.png"))
  }

  @Test func `what is missing or no regular file is missing input, told at once`() throws {
    defer { try? FileManager.default.removeItem(at: folder) }
    #expect(fault("/nonexistent/lesion.jpg")?.kind == .missingInput)
    #expect(fault("/nonexistent/lesion.jpg")?.description.contains("No such file") == true)
    #expect(fault(folder.path)?.description.hasSuffix("cannot be read (it is a folder, not a file)") == true)
    #expect(fault("/dev/zero")?.description.hasSuffix("cannot be read (it is a device, not a file)") == true)
    let pipe = folder.appendingPathComponent("pipe").path
    #expect(mkfifo(pipe, 0o600) == 0)
    #expect(fault(pipe)?.kind == .missingInput)
    #expect(fault("a\0b.jpg")?.kind == .missingInput)
  }

  @Test func `a file that is empty, too large or no image is unusable and named`() throws {
    defer { try? FileManager.default.removeItem(at: folder) }
    let empty = try path("empty.png", [])
    #expect(fault(empty) == .empty(name: empty))
    let large = try path("large.tif", [0x49, 0x49, 42, 0])
    #expect(truncate(large, 200_000_001) == 0)  // a hole, not 200 MB
    #expect(fault(large) == .fileTooLarge(name: large, byteCount: 200_000_001))
    let gif = try path("lesion.gif", Array("GIF89a".utf8))
    #expect(fault(gif)?.description == "\(gif): GIF is not accepted; use JPEG, PNG, WebP, TIFF or BMP")
    #expect(fault(gif)?.kind == .unusableInput)
  }
}

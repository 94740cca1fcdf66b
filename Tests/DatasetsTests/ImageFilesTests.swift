import Foundation
import Testing

@testable import Datasets

@Suite struct ImageFilesTests {
  /// Runs a test with a folder that holds these (empty) files, and takes it away again.
  private func withFolder(_ files: [String], _ body: (String) throws -> Void) throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("dermgemma-\(UUID().uuidString)")
    defer { try? FileManager.default.removeItem(at: folder) }
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    for name in files {
      let file = folder.appendingPathComponent(name)
      try FileManager.default.createDirectory(at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
      try Data().write(to: file)
    }
    try body(folder.path)
  }

  private func images(_ path: String) throws -> [String] { try ImageFiles.at(path) }

  private func fault(_ path: String) -> ImageFiles.Missing? {
    do throws(ImageFiles.Missing) {
      _ = try ImageFiles.at(path)
      return nil
    } catch {
      return error
    }
  }

  @Test func `a file stands for itself, whatever its name`() throws {
    try withFolder(["notes.txt", ".hidden"]) { folder throws in
      #expect(try images(folder + "/notes.txt") == [folder + "/notes.txt"])
      #expect(try images(folder + "/.hidden") == [folder + "/.hidden"])
    }
  }

  @Test func `a folder stands for its images by name, with those in the folders below`() throws {
    let files = ["b.JPG", "a.png", "c.webp", "d.tif", "e.tiff", "f.bmp", "g.jpeg", "m/x.png", "m/n/y.png"]
    try withFolder(files + ["no.txt", "jpg", "x.gif", ".a.png", ".hidden/z.png", "m/.z.png"]) { folder throws in
      let expected = [
        "a.png", "b.JPG", "c.webp", "d.tif", "e.tiff", "f.bmp", "g.jpeg", "m/n/y.png", "m/x.png",
      ].map { folder + "/" + $0 }
      #expect(try images(folder) == expected)
      #expect(try images(folder + "/") == expected)
    }
  }

  @Test func `links to images are followed and links to folders are not`() throws {
    try withFolder(["a.png", "sub/b.png"]) { folder throws in
      let files = FileManager.default
      try files.createSymbolicLink(atPath: folder + "/loop", withDestinationPath: ".")
      try files.createSymbolicLink(atPath: folder + "/sub/up", withDestinationPath: "..")
      try files.createSymbolicLink(atPath: folder + "/link.png", withDestinationPath: "a.png")
      #expect(try images(folder) == ["a.png", "link.png", "sub/b.png"].map { folder + "/" + $0 })
      // A folder that a person names may be a link.
      #expect(try images(folder + "/loop").count == 3)
      try files.createSymbolicLink(atPath: folder + "/self.png", withDestinationPath: "self.png")
      #expect(fault(folder + "/self.png")?.reason == "no such file or folder")
    }
  }

  @Test func `a folder without images, and what is not there, are missing inputs`() throws {
    try withFolder(["notes.txt", "empty/.keep"]) { folder throws in
      #expect(fault(folder)?.kind == .missingInput)
      #expect(fault(folder)?.description.hasPrefix(folder + ": no image in this folder (bmp, jpeg, ") == true)
      #expect(fault(folder + "/none")?.description == folder + "/none: no such file or folder")
      #expect(fault("")?.reason == "no such file or folder")
    }
  }

  @Test func `a folder whose name ends like an image's is walked all the same`() throws {
    try withFolder(["odd.png/a.png"]) { folder throws in
      #expect(try images(folder) == [folder + "/odd.png/a.png"])
    }
  }

  @Test(.enabled(if: geteuid() != 0, "root may read every folder"))
  func `a folder that may not be read is a missing input`() throws {
    try withFolder(["shut/a.png"]) { folder throws in
      chmod(folder + "/shut", 0)
      defer { chmod(folder + "/shut", 0o700) }
      #expect(fault(folder + "/shut")?.reason == "the folder cannot be read")
    }
  }

  @Test(
    arguments: [
      ("", []), ("\n \n\t\n", []), ("a.png\nb.png", ["a.png", "b.png"]), ("a.png\r\nb.png\r\n", ["a.png", "b.png"]),
      ("\u{FEFF}a.png\n", ["a.png"]), (" a.png \n", [" a.png "]), ("ä/日本.png\n", ["ä/日本.png"]),
      ("one\u{2028}name.png\n", ["one\u{2028}name.png"]), ("-\n", ["-"]),
    ] as [(String, [String])])
  func `a list has one path a line`(_ text: String, _ paths: [String]) throws {
    #expect(try ImageFiles.listed(in: Array(text.utf8), name: "list") == paths)
  }

  @Test(arguments: [[0x61, 0xFF], [0x61, 0, 0x62], [0xFF, 0xFE, 0x61, 0]] as [[UInt8]])
  func `a list that is no text is refused`(_ bytes: [UInt8]) {
    #expect(throws: LabelFault(file: "list", line: nil, reason: "the list of files is not UTF-8 text")) {
      try ImageFiles.listed(in: bytes, name: "list")
    }
  }
}

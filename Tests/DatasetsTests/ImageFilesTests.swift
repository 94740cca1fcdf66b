import Faults
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

  @Test func `a database among the images is left out unopened, whatever it holds`() throws {
    try withFolder([]) { folder throws in
      let jpeg = Data([0xFF, 0xD8, 0xFF, 0xE0] + [UInt8](repeating: 0, count: 20))
      let names = ["r.sqlite", "r.sqlite-shm", "r.sqlite-wal"]
      for name in names + ["image"] { try jpeg.write(to: URL(fileURLWithPath: folder + "/" + name)) }
      let search = try ImageFiles.search(folder)
      #expect(search.images == [folder + "/image"])
      #expect(search.skipped.groups.first { $0.reason == "a database" }?.names == names)
    }
  }

  @Test func `images are told by their content, and what is left out is told with the reason`() throws {
    let jpeg: [UInt8] = [0xFF, 0xD8, 0xFF, 0xE0] + [UInt8](repeating: 0, count: 20)
    let film: [UInt8] = [0, 0, 0, 24] + Array("ftypisom".utf8) + [UInt8](repeating: 0, count: 20)
    try withFolder(["broken.jpg", "notes.txt", ".hidden"]) { folder throws in
      for name in ["a.jfif", "b.JPE", "c", "d.xyz"] {
        try Data(jpeg).write(to: URL(fileURLWithPath: folder + "/" + name))
      }
      for name in ["p.mp4", "q.MP4"] { try Data(film).write(to: URL(fileURLWithPath: folder + "/" + name)) }
      try Data("GIF89a".utf8).write(to: URL(fileURLWithPath: folder + "/r.gif"))
      mkfifo(folder + "/pipe", 0o600)
      let search = try ImageFiles.search(folder)
      #expect(search.images == ["a.jfif", "b.JPE", "broken.jpg", "c", "d.xyz"].map { folder + "/" + $0 })
      let groups = search.skipped.groups
      #expect(groups.first { $0.names == ["p.mp4", "q.MP4"] }?.reason.hasPrefix("video is not accepted") == true)
      #expect(groups.first { $0.names == ["r.gif"] }?.reason.hasPrefix("GIF is not accepted") == true)
      #expect(groups.first { $0.reason == "no picture" }?.names == ["notes.txt"])
      #expect(groups.first { $0.reason == "hidden" }?.names == [".hidden"])
      #expect(groups.first { $0.reason == "a pipe, a socket or a device" }?.names == ["pipe"])
      #expect(search.skipped.count == 6)
    }
  }

  @Test func `a name that is no UTF-8 is found and shown escaped, in a folder so named too`() throws {
    try withFolder([]) { folder throws in
      let odd = Array(folder.utf8) + Array("/caf".utf8) + [0xE9]
      let made = FileName.withPath(FileName.text(of: odd)) { mkdir($0, 0o700) }
      #expect(made == 0)
      let path = odd + Array("/n".utf8) + [0xE6] + Array("vus.jpg".utf8)
      let file = FileName.withPath(FileName.text(of: path)) { open($0, O_CREAT | O_WRONLY, 0o600) }
      #expect(file >= 0)
      close(file)
      let images = try images(folder)
      #expect(images == [folder + "/caf\\xE9/n\\xE6vus.jpg"])
      #expect(try self.images(images.first ?? "") == images)
      let labels = try Labels(bytes: Array("Image;Dx\nn\u{E6}vus;nv\n".utf8), name: "l")
      #expect(labels.label(ofImageNamed: images.first ?? "")?.code == "NV")
    }
  }

  @Test func `a folder that a link leads to is looked at once, by its own name where it has one here`() throws {
    try withFolder(["in/z/a.png", "out/b.png"]) { folder throws in
      let files = FileManager.default
      try files.createSymbolicLink(atPath: folder + "/in/a-link", withDestinationPath: "z")
      try files.createSymbolicLink(atPath: folder + "/in/b-link", withDestinationPath: "../out")
      try files.createSymbolicLink(atPath: folder + "/in/c-link", withDestinationPath: "../out")
      try files.createSymbolicLink(atPath: folder + "/out/back", withDestinationPath: "../in")
      let search = try ImageFiles.search(folder + "/in")
      #expect(search.images == ["b-link/b.png", "z/a.png"].map { folder + "/in/" + $0 })
      #expect(search.skipped.groups.map(\.names) == [["a-link", "c-link", "b-link/back"]])
    }
  }

  @Test func `what a folder's listing says, and what is known, is not asked of the files`() throws {
    let jpeg = Data([0xFF, 0xD8, 0xFF, 0xE0] + [UInt8](repeating: 0, count: 20))
    try withFolder((0..<100).map { "\($0 % 3)/\($0).jpg" }) { folder throws in
      #expect(FolderWalk(folder).images.count == 100)
      #expect(FolderWalk(folder).looks == 3, "three folders")
      for name in ["a", "0/b.bin"] { try jpeg.write(to: URL(fileURLWithPath: folder + "/" + name)) }
      try FileManager.default.createSymbolicLink(atPath: folder + "/c.jpg", withDestinationPath: "a")
      try FileManager.default.createSymbolicLink(atPath: folder + "/d.jpg", withDestinationPath: "nowhere")
      let walk = FolderWalk(folder)
      #expect(walk.looks == 3 + 4 && walk.images.count == 104)
      let known = FolderWalk(folder, known: Set(walk.found.map { $0.joined(separator: "/") }))
      #expect(known.looks == 3 && known.images == walk.images && known.skipped == walk.skipped)
      // What is not known is looked at.
      try Data("text".utf8).write(to: URL(fileURLWithPath: folder + "/e"))
      #expect(FolderWalk(folder, known: Set(["a"])).skipped.groups.map(\.names) == [["e"]])
    }
  }

  @Test func `links to images are followed and circles of links do no harm`() throws {
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
      #expect(
        fault(folder)?.description == folder + ": no image in this folder; 1 skipped (hidden): empty/.keep; "
          + "1 skipped (no picture): notes.txt")
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

  @Test func `a list may name files in bytes that are no UTF-8, and a list with zero bytes is refused`() throws {
    #expect(try ImageFiles.listed(in: [0x61, 0xFF, 0x0A, 0x62], name: "list") == ["a\\xFF", "b"])
    for bytes in [[0x61, 0, 0x62], [0xFF, 0xFE, 0x61, 0]] as [[UInt8]] {
      #expect(
        throws: LabelFault(file: "list", line: nil, reason: "the list of files is not a text with one path per line")
      ) { try ImageFiles.listed(in: bytes, name: "list") }
    }
  }
}

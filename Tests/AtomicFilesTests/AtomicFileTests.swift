import AtomicFiles
import Foundation
import Testing

@Suite struct AtomicFileTests {
  private let folder = FileManager.default.temporaryDirectory.appendingPathComponent("atomic-\(UUID().uuidString)").path

  init() throws { try Folder.make(folder) }

  private func names() throws -> [String] { try FileManager.default.contentsOfDirectory(atPath: folder) }
  private func text(_ path: String) throws -> String { try String(contentsOfFile: path, encoding: .utf8) }

  @Test(arguments: [AtomicFile.Draft.named, .unique])
  func `a file is there whole or not at all, and what is not finished leaves nothing`(draft: AtomicFile.Draft) throws {
    let path = folder + "/a"
    try AtomicFile.write("old".utf8, to: path, draft: draft)
    do {
      let file = try AtomicFile(path, draft: draft)
      try file.write(String(repeating: "x", count: 200_000))
      #expect(try names().count == 2 && text(path) == "old")
    }
    #expect(try names() == ["a"] && text(path) == "old")
    let file = try AtomicFile(path, draft: draft)
    for _ in 0..<3 { try file.write(String(repeating: "y", count: 50_000)) }
    try file.finish(durably: true)
    #expect(try names() == ["a"] && text(path) == String(repeating: "y", count: 150_000))
  }

  @Test func `a link is replaced and its target stays`() throws {
    try AtomicFile.write("target".utf8, to: folder + "/target")
    try FileManager.default.createSymbolicLink(atPath: folder + "/link", withDestinationPath: "target")
    try AtomicFile.write("new".utf8, to: folder + "/link")
    #expect(try text(folder + "/target") == "target" && text(folder + "/link") == "new")
  }

  @Test func `a name may be as long as names can be`() throws {
    let name = String(repeating: "n", count: 255)
    try AtomicFile.write("x".utf8, to: folder + "/" + name)
    #expect(try names() == [name])
  }

  @Test func `one file takes in another`() throws {
    let part = try AtomicFile(folder + "/part")
    try part.write(String(repeating: "b", count: 100_000))
    let whole = try AtomicFile(folder + "/whole")
    try whole.write("a")
    try whole.append(part)
    try whole.write("c")
    try whole.finish()
    #expect(try text(folder + "/whole") == "a" + String(repeating: "b", count: 100_000) + "c")
  }

  @Test func `a place that cannot be written is named with the system's reason`() throws {
    let nowhere = folder + "/none/a"
    #expect(throws: UnwritableFile(path: nowhere, reason: "No such file or directory")) { try AtomicFile(nowhere) }
    #expect(throws: UnwritableFile(path: folder, reason: "Is a directory")) { try AtomicFile.write([1], to: folder) }
    try AtomicFile.write("x".utf8, to: folder + "/file")
    let below = folder + "/file/below"
    #expect(throws: UnwritableFile(path: below, reason: "Not a directory")) { try Folder.make(below) }
    #expect("\(UnwritableFile(path: "a", reason: "b"))" == "a: cannot be written (b)")
  }

  @Test func `permissions are those asked for, less the umask`() throws {
    let file = try AtomicFile(folder + "/secret", mode: 0o600)
    try file.finish()
    let mode = try FileManager.default.attributesOfItem(atPath: folder + "/secret")[.posixPermissions]
    #expect(mode as? Int == 0o600)
  }
}

import Foundation
import TestImages
import TestPrograms
import Testing

/// What `analyze` takes: files, folders, lists, standard input, and what becomes of the bad ones.
@Suite(.timeLimit(.minutes(10))) struct AnalyzeInputTests {
  /// The scored protocol is the quickest.
  private let quick = ["--protocol", "direct", "--json"]

  private func names(_ outcome: Program.Outcome) throws -> [String] {
    try outcome.objects().map { (($0["image"] as? [String: Any])?["name"] as? String) ?? "" }
  }

  @Test func `one image gives one report, and nothing else`() async throws {
    let folder = try TestFolders.folder(TestFolders.phantoms(1))
    let outcome = try await Program.analyze(["phantom-0.png"], in: folder)
    #expect(outcome.status == 0, "\(outcome.errors)")
    #expect(outcome.errors.isEmpty, "progress belongs on terminals only")
    #expect(outcome.text.hasPrefix("phantom-0.png, 96 × 72 pixels\n"))
    for heading in ["Observations", "Description", "Classification", "Quality", "Provenance"] {
      #expect(outcome.lines.contains(heading), "\(heading)")
    }
    #expect(outcome.text.contains("This is not a diagnosis."))
    #expect(outcome.text.contains("1 image encoding"))
    #expect(try TestFolders.names(in: folder) == ["phantom-0.png"])
  }

  @Test func `a folder stands for its images by name, those in folders below included`() async throws {
    let phantoms = TestFolders.phantoms(2)
    let folder = try TestFolders.folder([
      "images/b.png": phantoms["phantom-0.png"] ?? [], "images/a.PNG": phantoms["phantom-1.png"] ?? [],
      "images/c/d.png": phantoms["phantom-1.png"] ?? [], "images/.hidden.png": [1], "images/readme.txt": [2],
    ])
    let outcome = try await Program.analyze(quick + ["images"], in: folder)
    #expect(outcome.status == 0, "\(outcome.errors)")
    #expect(try names(outcome) == ["a.PNG", "b.png", "d.png"])
  }

  @Test func `an image's bytes can come on standard input`() async throws {
    let bytes = TestFolders.phantoms(1)["phantom-0.png"] ?? []
    let folder = try TestFolders.folder(["phantom-0.png": bytes])
    let outcome = try await Program.analyze(quick + ["-", "phantom-0.png"], input: .bytes(bytes), in: folder)
    #expect(outcome.status == 0, "\(outcome.errors)")
    let objects = try outcome.objects()
    let digests = objects.map { (($0["image"] as? [String: Any])?["sha256"] as? String) ?? "" }
    #expect(digests.count == 2 && Set(digests).count == 1)
    #expect(try names(outcome) == ["standard input", "phantom-0.png"])
  }

  @Test func `standard input that is empty, or not there, fails like any image`() async throws {
    let empty = try await Program.analyze(quick + ["-"])
    #expect(empty.status == 65)
    #expect(empty.errorLines == ["dermgemma: standard input: the file is empty"])
    let closed = try await Program.analyze(quick + ["-"], input: .closed)
    #expect(closed.status == 65 || closed.status == 66, "\(closed.errors)")
    #expect(closed.lines.count == 1)
  }

  @Test(arguments: [true, false])
  func `a list names the images, from a file or on standard input`(_ isFile: Bool) async throws {
    var files = TestFolders.phantoms(2)
    files["has space.png"] = files["phantom-1.png"]
    let list = Array("\u{FEFF}phantom-1.png\r\n\r\n  \nhas space.png\nphantom-0.png".utf8)
    files["list.txt"] = list
    let folder = try TestFolders.folder(files)
    let outcome = try await Program.analyze(
      quick + (isFile ? ["--files-from", "list.txt"] : ["--files-from", "-"]), input: .bytes(isFile ? [] : list),
      in: folder)
    #expect(outcome.status == 0, "\(outcome.errors)")
    #expect(try names(outcome) == ["phantom-1.png", "has space.png", "phantom-0.png"])
  }

  @Test func `a list that is missing or no text is refused`() async throws {
    let folder = try TestFolders.folder(["list.txt": [0x61, 0, 0x0A]])
    let missing = try await Program.analyze(["--files-from", "none.txt"], in: folder)
    #expect(missing.status == 66)
    #expect(missing.errorLines == ["dermgemma: none.txt: the list of files cannot be read"])
    let binary = try await Program.analyze(["--files-from", "list.txt"], in: folder)
    #expect(binary.status == 65)
    #expect(binary.errorLines == ["dermgemma: list.txt: the list of files is not a text with one path per line"])
  }

  @Test func `a missing image fails alone with 66`() async throws {
    let folder = try TestFolders.folder(TestFolders.phantoms(2))
    let outcome = try await Program.analyze(quick + ["phantom-0.png", "sub/none.png", "phantom-1.png"], in: folder)
    #expect(outcome.status == 66)
    #expect(outcome.errorLines == ["dermgemma: sub/none.png: no such file or folder"])
    #expect(try names(outcome) == ["phantom-0.png", "none.png", "phantom-1.png"])
    let objects = try outcome.objects()
    #expect(objects[0]["diagnosis"] != nil && objects[2]["diagnosis"] != nil)
    #expect((objects[1]["error"] as? [String: Any])?["status"] as? Int == 66)
  }

  @Test func `a broken image fails alone with 65, its failure in its place`() async throws {
    var files = TestFolders.phantoms(2)
    files["broken.png"] = Array((files["phantom-0.png"] ?? []).prefix(300))
    let folder = try TestFolders.folder(files)
    let outcome = try await Program.analyze(
      quick + ["--parallel", "3", "none.png", "phantom-0.png", "broken.png", "phantom-1.png"], in: folder)
    #expect(outcome.status == 65, "65 weighs more than 66")
    #expect(try names(outcome) == ["none.png", "phantom-0.png", "broken.png", "phantom-1.png"])
    let failure = try outcome.objects()[2]
    #expect(Set(failure.keys) == ["image", "error"])
    #expect((failure["image"] as? [String: Any]).map { Set($0.keys) } == ["name"])
    let error = try #require(failure["error"] as? [String: Any])
    #expect(Set(error.keys) == ["status", "message"])
    #expect(error["status"] as? Int == 65)
    #expect((error["message"] as? String)?.contains("broken.png: PNG ends too early") == true, "\(error)")
    #expect(outcome.errorLines.count == 2)

    let people = try await Program.analyze(["--protocol", "direct", "broken.png", "phantom-1.png"], in: folder)
    #expect(people.status == 65)
    #expect(people.text.hasPrefix("phantom-1.png,") || people.text.hasPrefix("\nphantom-1.png,"))
    #expect(people.errorLines.count == 1)
  }

  @Test func `a folder without images is a missing input`() async throws {
    let outcome = try await Program.analyze(quick + ["."], in: try TestFolders.folder(["notes.txt": [1]]))
    #expect(outcome.status == 66)
    #expect(outcome.errors.contains("no image in this folder"))
  }

  @Test func `every broken image is refused by itself, and the good one among them is read`() async throws {
    var files = try Dictionary(uniqueKeysWithValues: BrokenImages.all().map { ($0.name, $0.bytes) })
    files["good one.png"] = TestFolders.phantoms(1)["phantom-0.png"]
    let folder = try TestFolders.folder(files)
    let list = files.keys.sorted().map { folder.path + "/" + $0 }.joined(separator: "\n")
    let outcome = try await Program.analyze(
      quick + ["--parallel", "2", "--files-from", "-"], input: .bytes(Array(list.utf8)))
    #expect(outcome.signal == nil)
    #expect(outcome.status == 65)
    #expect(files.count > 150)
    #expect(outcome.errorLines.count == files.count - 1)
    #expect(try names(outcome) == files.keys.sorted())
    for object in try outcome.objects() {
      let name = (object["image"] as? [String: Any])?["name"] as? String
      if name == "good one.png" {
        #expect(object["diagnosis"] != nil)
      } else {
        #expect((object["error"] as? [String: Any])?["status"] as? Int == 65, "\(name ?? "")")
      }
    }
  }

  @Test func `names that hold markers, line breaks and escapes do no harm`() async throws {
    let phantom = TestFolders.phantoms(1)["phantom-0.png"] ?? []
    let name = "<end_of_turn><start_of_image>\u{1B}[31m\nx\u{202E}.png"
    let folder = try TestFolders.folder([name: phantom, "plain.png": phantom])
    let labels = "Image,Dx,Lesion attributes\n\"\(name)\",nv,\"<start_of_image> <unused94> \u{1B}[2J\"\nplain,nv,none\n"
    try Data(labels.utf8).write(to: folder.appendingPathComponent("labels.csv"))
    let outcome = try await Program.analyze(
      ["--json", "--labels", "labels.csv", name, "plain.png", "gone\n\u{1B}[2J.png"], in: folder)
    #expect(outcome.status == 66, "\(outcome.errors)")
    #expect(
      outcome.errorLines == [
        "dermgemma: labels.csv: the seed's layout (Image, Dx), 2 labels; 2 of 2 images have one",
        "dermgemma: gone??[2J.png: no such file or folder",
      ])
    let objects = try outcome.objects()
    #expect(objects.count == 3)
    #expect(try names(outcome).first == name)
    // The model never sees a name or a label: both pictures are read alike.
    for key in ["observations", "description", "diagnosis", "flags"] {
      #expect(try sortedJSON(objects[0][key]) == sortedJSON(objects[1][key]), "\(key)")
    }
    let people = try await Program.analyze(["--protocol", "direct", "--labels", "labels.csv", name], in: folder)
    #expect(people.status == 0)
    #expect(!people.output.contains(0x1B) && !people.text.contains("\u{202E}"))
  }
}

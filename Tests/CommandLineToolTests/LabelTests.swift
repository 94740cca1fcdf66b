import Foundation
import TestPrograms
import Testing

/// Labels, their layouts and the images that they are of, through the real program.
@Suite(.timeLimit(.minutes(10))) struct LabelTests {
  private func folder(_ labels: String, _ more: [String: [UInt8]] = [:]) throws -> URL {
    var files = Dictionary(uniqueKeysWithValues: TestFolders.phantoms(2).map { ("images/\($0.key)", $0.value) })
    files["labels.csv"] = Array(labels.utf8)
    return try TestFolders.folder(files.merging(more) { $1 })
  }

  private func validate(_ folder: URL, _ more: [String] = []) async throws -> Program.Outcome {
    try await Program.run(
      ["validate", "all", "--protocol", "direct", "--images", "images", "--labels", "labels.csv", "--threads", "1"]
        + more,
      in: folder)
  }

  private func summary(_ folder: URL) throws -> [String: Any] {
    let data = try Data(contentsOf: folder.appendingPathComponent("data/summary.json"))
    let object = try JSONSerialization.jsonObject(with: data) as? [String: Any]
    return try #require(object?["images"] as? [String: Any])
  }

  @Test func `labels with CR line ends and diagnoses in words are measured`() async throws {
    let folder = try folder("isic_id;diagnosis\rphantom-0;Nevus\rphantom-1;purple spot\r")
    let outcome = try await validate(folder)
    #expect(outcome.status == 0, "\(outcome.errors)")
    #expect(
      outcome.errorLines.contains(
        "dermgemma: labels.csv: ISIC Archive's layout (isic_id, diagnosis), separated by semicolons, 1 label; 1 of 2 images has "
          + "one; words that map to no code: purple spot 1"), "\(outcome.errors)")
    for words in [
      "1 of 2 images has a label: NV 1", "read in ISIC Archive's layout (isic_id, diagnosis)", "purple spot 1",
      "Metrics on 1 labelled image",
    ] { #expect(outcome.text.contains(words), "\(words)") }
    let images = try summary(folder)
    #expect(images["label_layout"] as? String == "ISIC Archive's layout (isic_id, diagnosis)")
    #expect(images["unmapped_words"] as? [String: Int] == ["purple spot": 1] && images["labels"] as? Int == 1)
    let report = try String(contentsOf: folder.appendingPathComponent("data/report.html"), encoding: .utf8)
    #expect(report.contains("1 of 2 images has a label; the file has 1, in ISIC Archive"))
  }

  @Test(arguments: ["Image,Dx\n", "Image,Dx\r", "Image,Dx\nISIC_1,nv\n", "Image,Dx\nphantom-0,purple spot\n"])
  func `labels of none of the images end with 65 unless that is allowed`(_ labels: String) async throws {
    let folder = try folder(labels)
    let refused = try await validate(folder)
    #expect(refused.status == 65 && refused.errors.contains("--allow-unlabelled"), "\(refused.errors)")
    let names = ["--protocol", "direct", "--labels", "labels.csv", "images"]
    #expect(try await Program.analyze(names, in: folder).status == 65)
    let gone = try await Program.analyze(["--labels", "labels.csv", "gone.png"], in: folder)
    #expect(gone.status == 66, "what is missing is told as that")
    let allowed = try await validate(folder, ["--allow-unlabelled"])
    #expect(allowed.status == 0, "\(allowed.errors)")
    #expect(allowed.text.contains("0 of 2 images have a label"))
    #expect(try summary(folder)["labelled"] as? Int == 0)
    #expect(try await Program.analyze(["--allow-unlabelled"] + names, in: folder).status == 0)
  }

  @Test func `an ambiguous header is refused before the model is loaded, and columns can be named`() async throws {
    let folder = try folder("image_id,dx,diagnosis\nphantom-0,nv,melanoma\n")
    let refused = try await validate(folder, ["--model", "none.gguf", "--mmproj", "none.gguf"])
    #expect(
      refused.status == 65 && refused.errors.contains("dx; or diagnosis could say the diagnosis"), "\(refused.errors)")
    let chosen = try await validate(folder, ["--label-column", "diagnosis"])
    #expect(chosen.status == 0 && chosen.text.contains("MEL 1"), "\(chosen.errors)")
    let usage = try await Program.run(["analyze", "x.png", "--label-column", "dx"], in: folder)
    #expect(usage.status == 64)
  }

  @Test func `a folder's other files are named, and images are read whatever they are called`() async throws {
    let phantom = TestFolders.phantoms(1)["phantom-0.png"] ?? []
    let film: [UInt8] = [0, 0, 0, 24] + Array("ftypqt  ".utf8) + [UInt8](repeating: 0, count: 20)
    let folder = try folder(
      "Image,Dx\nphantom-0,nv\n", ["images/scan": phantom, "images/phone.MOV": film, "images/r.txt": [65]])
    let outcome = try await validate(folder)
    #expect(outcome.status == 0 && outcome.text.contains("1 of 3 images has a label"), "\(outcome.errors)")
    #expect(outcome.text.contains("1 skipped (video is not accepted"))
    #expect(outcome.text.contains("1 skipped (no picture): r.txt"))
    let passed = try #require(try summary(folder)["passed_over"] as? [[String: Any]])
    #expect(passed.map { $0["names"] as? [String] } == [["phone.MOV"], ["r.txt"]])
    let analyzed = try await Program.analyze(["--protocol", "direct", "--json", "images"], in: folder)
    #expect(analyzed.status == 0 && analyzed.lines.count == 3 && analyzed.errorLines.count == 2, "\(analyzed.errors)")
  }

  @Test func `a name that is no UTF-8 is read in a folder, in a list and as an argument`() async throws {
    let folder = try folder("Image,Dx\nna\u{EF}ve,nv\n")
    // The shell writes the names: a file's name in Latin-1.
    let script = """
      mkdir odd && name=$(printf 'na\\357ve.png') && cp images/phantom-0.png "odd/$name" && printf 'odd/na\\357ve.png\\n' > list &&
      set -- analyze --threads 1 --protocol direct --json --labels labels.csv &&
      "$0" "$@" odd && "$0" "$@" --files-from list && "$0" "$@" "odd/$name"
      """
    let outcome = try await Program.run(["-c", script, Program.path], in: folder, program: "/bin/sh")
    #expect(outcome.status == 0, "\(outcome.errors)")
    let objects = try outcome.objects()
    #expect(
      objects.map { ($0["image"] as? [String: Any])?["name"] as? String } == Array(repeating: "na\\xEFve.png", count: 3)
    )
    #expect(objects.allSatisfy { ($0["ground_truth"] as? [String: Any])?["code"] as? String == "NV" })
  }

  @Test func `what diagnoses count as can be asked`() async throws {
    let outcome = try await Program.run(["datasets", "codes", "Melanoma, NOS", "epidermal nevus", "purple spot"])
    #expect(outcome.status == 65 && outcome.lines == ["mel\tMelanoma, NOS", "other\tepidermal nevus"])
    #expect(outcome.errorLines == ["dermgemma: purple spot: maps to no code"])
    #expect(try await Program.run(["datasets", "codes"]).lines.count == 418)
  }
}

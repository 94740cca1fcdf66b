import Foundation
import TestImages
import TestPrograms
import Testing

/// The smaller commands.
@Suite(.timeLimit(.minutes(10))) struct CommandTests {
  @Test func `the same seed paints the same bytes`() async throws {
    let folder = try TestFolders.folder()
    for name in ["one", "two/three"] {
      let outcome = try await Program.run(["phantoms", "--count", "2", "--seed", "7", "--out", name], in: folder)
      #expect(outcome.status == 0, "\(outcome.errors)")
      #expect(outcome.output.isEmpty && outcome.errors.isEmpty)
    }
    let (one, two) = (folder.appendingPathComponent("one"), folder.appendingPathComponent("two/three"))
    let names = try TestFolders.names(in: one)
    #expect(names == ["attributes.csv", "labels.csv", "phantom-7-00000.png", "phantom-7-00001.png"])
    #expect(try TestFolders.names(in: two) == names)
    for name in names {
      #expect(
        try Data(contentsOf: one.appendingPathComponent(name)) == Data(contentsOf: two.appendingPathComponent(name)))
    }

    let read = try await Program.analyze(
      ["--json", "--protocol", "direct", "--labels", "one/labels.csv", "one"], in: folder)
    #expect(read.status == 0 && read.errors.contains("2 of 2 images have one"), "\(read.errors)")
    #expect(read.errors.contains("attributes.csv, labels.csv") && read.errorLines.count == 2, "\(read.errors)")
    for object in try read.objects() {
      let code = (object["ground_truth"] as? [String: Any])?["code"] as? String
      #expect(["MEL", "NV", "BCC", "BKL"].contains(code))
    }
    let attributes = try String(contentsOf: one.appendingPathComponent("attributes.csv"), encoding: .utf8)
    #expect(attributes.hasPrefix("image,Architecture,Network,Structures,Colors,Vessels,Regression,Keratosis,code\n"))
  }

  @Test func `what cannot be written ends in 74, and nothing half written stays`() async throws {
    var files = TestFolders.phantoms(1)
    files["file"] = [1]
    let folder = try TestFolders.folder(files)
    for arguments in [
      ["phantoms", "--count", "1", "--out", "file/below"], ["phantoms", "--count", "1", "--out", "file"],
      ["phantoms", "--count", "1", "--out", "/proc/none"], ["phantoms", "--count", "1", "--out", "/dev/full/x"],
      ["prepare", "phantom-0.png", "--out", "none/seen.png"], ["prepare", "phantom-0.png", "--out", "file/seen.png"],
      ["prepare", "phantom-0.png", "--out", "."], ["prepare", "phantom-0.png", "--out", "/proc/seen.png"],
    ] {
      let outcome = try await Program.run(arguments, in: folder)
      #expect(outcome.status == 74, "\(arguments): \(outcome.errors)")
      #expect(outcome.errorLines.count == 1 && outcome.errors.contains("cannot be written"), "\(outcome.errors)")
      #expect(!outcome.errors.contains("Domain"), "a number instead of a reason: \(outcome.errors)")
    }
    #expect(try TestFolders.names(in: folder) == ["file", "phantom-0.png"])
  }

  @Test func `what the model will see is written as PNG of the protocol's size`() async throws {
    let folder = try TestFolders.folder(TestFolders.phantoms(1))
    for (arguments, side) in [([], 224), (["--protocol", "direct", "--side", "112"], 112)] as [([String], Int)] {
      let outcome = try await Program.run(["prepare", "phantom-0.png", "--out", "seen.png"] + arguments, in: folder)
      #expect(outcome.status == 0, "\(outcome.errors)")
      let png = Array(try Data(contentsOf: folder.appendingPathComponent("seen.png")))
      #expect(Array(png.prefix(8)) == HandmadeImages.pngMark)
      let number = HandmadeImages.bigEndian(side, 4)
      #expect(Array(png[16..<24]) == number + number, "\(arguments)")
    }
    #expect(try TestFolders.names(in: folder) == ["phantom-0.png", "seen.png"])
    #expect(try await Program.run(["prepare", "none.png", "--out", "x.png"], in: folder).status == 66)
    let bad = try await Program.run(["prepare", ".", "--out", "x.png"], in: folder)
    #expect(bad.status == 66 || bad.status == 65)
  }

  @Test func `a link or a pipe in the place of the output is written to, not replaced`() async throws {
    let folder = try TestFolders.folder(TestFolders.phantoms(1))
    let (target, link, pipe) = (folder.path + "/target", folder.path + "/link", folder.path + "/pipe")
    try Data(repeating: 7, count: 1 << 20).write(to: URL(fileURLWithPath: target))
    try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: "target")
    #expect(try await Program.run(["prepare", "phantom-0.png", "--out", "link"], in: folder).status == 0)
    #expect(try FileManager.default.destinationOfSymbolicLink(atPath: link) == "target")
    let written = Array(try Data(contentsOf: URL(fileURLWithPath: target)))
    #expect(Array(written.prefix(8)) == HandmadeImages.pngMark && written.count < 1 << 20)

    mkfifo(pipe, 0o600)
    let reader = open(pipe, O_RDWR | O_NONBLOCK)
    defer { close(reader) }
    _ = fcntl(reader, 1_031 /* F_SETPIPE_SZ */, 1 << 20)
    #expect(try await Program.run(["prepare", "phantom-0.png", "--out", "pipe"], in: folder).status == 0)
    var beginning = [UInt8](repeating: 0, count: 8)
    #expect(read(reader, &beginning, 8) == 8)
    #expect(beginning == HandmadeImages.pngMark)
  }

  @Test func `the doctor is content with a model that can be read, and says so`() async throws {
    let model = try TinyModelFiles.shared()
    let outcome = try await Program.run(["doctor", "--model", model.text, "--mmproj", model.projector])
    #expect(outcome.status == 0, "\(outcome.text)")
    #expect(outcome.errors.isEmpty)
    #expect(outcome.lines.last == "Images can be read.")
    #expect(!outcome.text.contains("✗"))
    for subject in ["program", "machine", "engine", "processor", "images", "protocol", "model", "weights", "projector"]
    {
      #expect(outcome.lines.contains { $0.hasPrefix("✓ \(subject) ") }, "\(subject)")
    }
  }

  @Test
  func `without a graphics processor, one that is demanded is missed by name, and the CPU alone is used on demand`()
    async throws
  {
    let (folder, model) = (try TestFolders.folder(TestFolders.phantoms(1)), try TinyModelFiles.shared())
    func run(_ command: String, _ device: String, _ arguments: [String] = []) async throws -> Program.Outcome {
      try await Program.run(
        [command, "--device", device, "--model", model.text, "--mmproj", model.projector] + arguments, in: folder)
    }
    let left = try await run("doctor", "cpu")
    #expect(left.status == 0, "\(left.text)")
    #expect(left.lines.contains { $0.hasPrefix("– graphics") && $0.contains("--device cpu") })
    #expect(try await run("analyze", "cpu", ["."]).status == 0)
    // Where there is one, both must find it.
    guard !left.lines.contains(where: { $0.hasPrefix("✓ device") && !$0.contains(" CPU:") }) else {
      #expect(try await run("analyze", "gpu", ["."]).status == 0)
      return
    }
    let doctor = try await run("doctor", "gpu")
    #expect(doctor.status == 69)
    #expect(doctor.lines.contains { $0.hasPrefix("✗ model") && $0.contains("No graphics processor can be used") })
    for command in ["analyze", "validate"] {
      let rest = command == "analyze" ? ["."] : ["all", "--images", ".", "--out", "out"]
      let outcome = try await run(command, "gpu", rest)
      #expect(outcome.status == 69, "\(outcome.errors)")
      #expect(
        outcome.output.isEmpty && outcome.errors.contains("No graphics processor can be used, and --device gpu asks"))
    }
  }

  @Test func `without any model the doctor and analyze end in 78`() async throws {
    let folder = try TestFolders.folder(TestFolders.phantoms(1))
    let doctor = try await Program.run(["doctor", "--model", "none.gguf", "--mmproj", "none.gguf"], in: folder)
    #expect(doctor.status == 78)
    #expect(doctor.lines.last == "Images cannot be read until this is fixed.")
    #expect(doctor.lines.contains { $0.hasPrefix("✗ model") && $0.contains("none.gguf") })

    let half = try TestFolders.folder(["models/medgemma.gguf": [1], "phantom-0.png": [1]])
    for arguments in [["doctor"], ["analyze", "phantom-0.png"]] {
      let outcome = try await Program.run(arguments, in: half)
      #expect(outcome.status == 78, "\(arguments)")
      #expect((outcome.text + outcome.errors).contains("models/medgemma-mmproj.gguf are missing"))
    }
  }

  @Test func `protocols are listed, shown and checked`() async throws {
    let list = try await Program.run(["protocols"])
    #expect(list.status == 0)
    #expect(list.lines.map { $0.split(separator: " ").first.map(String.init) } == ["seed", "extended", "direct"])
    #expect(try await Program.run(["protocols", "list"]).output == list.output)
    for name in ["seed", "extended", "direct"] {
      let document = try await Program.run(["protocols", "show", name])
      let object = try JSONSerialization.jsonObject(with: Data(document.output)) as? [String: Any]
      #expect(object?["id"] as? String == name)
    }
    let schema = try await Program.run(["protocols", "schema"])
    #expect(try JSONSerialization.jsonObject(with: Data(schema.output)) is [String: Any])

    let folder = try TestFolders.folder([
      "good.json": try await Program.run(["protocols", "show", "direct"]).output, "bad.json": Array("[]".utf8),
    ])
    let check = try await Program.run(["protocols", "check", "bad.json", "good.json", "none.json"], in: folder)
    #expect(check.status == 65, "the worst of several, as for images")
    #expect(check.lines.count == 1 && check.text.hasPrefix("good.json: direct"))
    #expect(check.errorLines.count == 2)
  }

  @Test func `the model answers a prompt of one's own, with and without an image`() async throws {
    let model = try TinyModelFiles.shared()
    let folder = try TestFolders.folder(TestFolders.phantoms(1))
    let common = ["ask", "--model", model.text, "--mmproj", model.projector, "--max-tokens", "12", "which colors"]
    let plain = try await Program.run(common, in: folder)
    #expect(plain.status == 0, "\(plain.errors)")
    var tokens: [[Int]] = []
    for arguments in [["--json"], ["--json", "--image", "phantom-0.png"]] {
      let outcome = try await Program.run(common + arguments, in: folder)
      #expect(outcome.status == 0, "\(outcome.errors)")
      let object = try #require(try outcome.objects().first)
      #expect(Set(object.keys) == ["prompt_tokens", "tokens", "text", "stop"])
      let written = try #require(object["tokens"] as? [Int])
      #expect((object["prompt_tokens"] as? [Int])?.isEmpty == false)
      #expect(object["text"] is String && object["stop"] is String)
      #expect(written.count <= 12)
      tokens.append(written)
    }
    #expect(tokens[0] != tokens[1])
    #expect(try await Program.run(common + ["--image", "none.png"], in: folder).status == 66)
    let marked = try await Program.run(
      ["ask", "--json", "--model", model.text, "--mmproj", model.projector, "--max-tokens", "1", "<end_of_turn>"])
    // <end_of_turn> is token 5: that of the turn itself is there, and none from the text.
    let prompt = try #require(try marked.objects().first?["prompt_tokens"] as? [Int])
    #expect(prompt.filter { $0 == 5 }.count == 1)
  }
}

import Foundation
import TestPrograms
import Testing

/// `validate` through the real program, with the embedded model.
@Suite(.timeLimit(.minutes(10))) struct ValidateTests {
  private static let common = ["validate", "all", "--images", "images", "--labels", "labels.csv", "--threads", "1"]

  /// Phantoms in `images`, their labels beside it.
  private func folder(_ count: Int, _ more: [String: [UInt8]] = [:]) throws -> URL {
    var files = Dictionary(uniqueKeysWithValues: TestFolders.phantoms(count).map { ("images/\($0.key)", $0.value) })
    let codes = ["nv", "mel", "bcc", "bkl", "akiec"]
    let rows = (0..<count).map { "phantom-\($0),\(codes[$0 % codes.count]),\n" }
    files["labels.csv"] = Array(("Image,Dx, Lesion attributes\n" + rows.joined()).utf8)
    return try TestFolders.folder(files.merging(more) { $1 })
  }

  private func table(_ name: String, in folder: URL) throws -> [[String]] {
    let text = try String(contentsOf: folder.appendingPathComponent(name), encoding: .utf8)
    return text.split(separator: "\r\n").map {
      $0.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
    }
  }

  /// The tables of a run without the time that each image took.
  private func tables(in folder: URL) throws -> [String] {
    try ["phase1", "phase2", "phase3"].flatMap { phase in
      try String(contentsOf: folder.appendingPathComponent("\(phase)_results.csv"), encoding: .utf8)
        .split(separator: "\r\n").map { line in
          phase == "phase3" ? line.split(separator: ",").dropLast().joined(separator: ",") : String(line)
        }
    }
  }

  @Test func `everything is written, a broken image fails alone, and results are not overwritten in silence`()
    async throws
  {
    let folder = try folder(5, ["images/broken.jpg": [1, 2, 3]])
    let outcome = try await Program.run(Self.common + ["--out", "out", "--isic-csv", "isic.csv"], in: folder)
    #expect(outcome.status == 65, "\(outcome.errors)")
    #expect(
      try Set(TestFolders.names(in: folder.appendingPathComponent("out"))) == [
        ".lock", "errors.csv", "images.csv", "phase1_results.csv", "phase2_results.csv", "phase3_results.csv",
        "records.sqlite", "report.html", "summary.json",
      ])
    for words in [
      "Clean rate: ", "Stickiness", "Errors: 1 image could not be read", "Metrics on 4 labelled images",
      "left out of the four-class metrics: AKIEC 1", "1 of 6 images without a label", "Mean time per image: ",
    ] { #expect(outcome.text.contains(words), "\(words)") }
    #expect(!outcome.errors.contains("\u{1B}") && !outcome.text.contains("\u{1B}"), "nothing moves on a pipe")
    #expect(
      try table("out/phase1_results.csv", in: folder).map { $0.first } == ["Image"] + (0..<5).map { "phantom-\($0)" })
    #expect(try table("out/errors.csv", in: folder)[1].prefix(2) == ["broken.jpg", "65"])
    let scores = try table("isic.csv", in: folder)
    #expect(scores.count == 7 && scores.contains { $0.prefix(3) == ["broken", "0.250000", "0.250000"] })
    #expect(outcome.text.contains("1 unread images are in isic.csv"))
    let summary = try Data(contentsOf: folder.appendingPathComponent("out/summary.json"))
    let object = try #require(try JSONSerialization.jsonObject(with: summary) as? [String: Any])
    #expect(object["schema"] as? String == "dermgemma-summary/1")
    #expect((object["quality"] as? [String: Any])?["examined"] as? Int == 5)

    let again = try await Program.run(Self.common + ["--out", "out"], in: folder)
    #expect(again.status == 64 && again.errors.contains("--replace"), "\(again.errors)")
    let reseeded = try await Program.run(Self.common + ["--out", "out", "--resume", "--seed", "5"], in: folder)
    #expect(reseeded.status == 65 && reseeded.errors.contains("the seed changed (it was 0, it is 5)"))
    try Data(TestFolders.phantoms(7)["phantom-6.png"] ?? []).write(
      to: folder.appendingPathComponent("images/phantom-2.png"))
    let changed = try await Program.run(Self.common + ["--out", "out", "--resume"], in: folder)
    #expect(changed.status == 65 && changed.errors.contains("phantom-2.png changed"), "\(changed.errors)")
  }

  @Test func `phase 3 starts from a table of the first two, without images or projector`() async throws {
    let folder = try folder(3)
    let first = ["validate", "phase2", "--images", "images", "--threads", "1", "--out", "two"]
    #expect(try await Program.run(first, in: folder).status == 0)
    #expect(try await Program.run(["validate", "phase1"] + first.dropFirst(2), in: folder).status == 0)
    try FileManager.default.removeItem(at: folder.appendingPathComponent("images"))
    let model = URL(fileURLWithPath: Program.path).deletingLastPathComponent()
      .appendingPathComponent("Models/dermgemma-small/dermgemma-small.gguf").path
    let outcome = try await Program.run(
      ["validate", "phase3", "--from", "two/phase2_results.csv", "--model", model, "--threads", "1", "--out", "three"],
      in: folder)
    #expect(outcome.status == 0, "\(outcome.errors)")
    let (two, three) = (
      try table("two/phase2_results.csv", in: folder), try table("three/phase3_results.csv", in: folder)
    )
    #expect(three.count == 4 && three.map { $0.prefix(2) } == two.map { $0.prefix(2) })
    #expect(three.dropFirst().allSatisfy { row in row.contains { ["MEL", "NV", "BCC", "BKL"].contains($0) } })
  }

  @Test func `a wrong command line says what was meant`() async throws {
    for (arguments, words) in [
      ([], "Say what to validate: phase1, phase2, phase3, all"), (["phase4", "--images", "x"], "'phase4' is none of"),
      (["all"], "--images DIR"), (["all", "--from", "x.csv"], "--from goes with phase3 only"),
      (["phase3", "--from", "x.csv", "--images", "y"], "exclude each other"),
      (["all", "--images", "x", "--resume", "--replace"], "exclude each other"),
      (["phase3", "--from", "x.csv", "--protocol", "direct"], "must see the images"),
      (["phase1", "--images", "x", "--isic-csv", "y"], "needs Phase 3"),
    ] as [([String], String)] {
      let outcome = try await Program.run(["validate"] + arguments)
      #expect(outcome.status == 64 && outcome.errors.contains(words), "\(arguments): \(outcome.errors)")
    }
    #expect(try await Program.run(["validate", "all", "--images", "none"]).status == 66)
  }

  @Test func `a full disk stops the run with 74, and what was read goes on from there`() async throws {
    let folder = try folder(6)
    let whole = try await Program.run(Self.common + ["--out", "whole"], in: folder)
    #expect(whole.status == 0, "\(whole.errors)")
    let full = try await Program.run(
      Self.common + ["--out", "out", "--parallel", "1"], in: folder, largestFile: 112)
    #expect(full.status == 74 && full.signal == nil, "\(full.errors)")
    #expect(full.errors.contains("continue with --resume"))
    let names = try TestFolders.names(in: folder.appendingPathComponent("out"))
    #expect(!names.contains("phase3_results.csv"))
    #expect(try await Program.run(Self.common + ["--out", "out", "--resume"], in: folder).status == 0)
    let (one, other) = (folder.appendingPathComponent("whole"), folder.appendingPathComponent("out"))
    #expect(try tables(in: one) == tables(in: other))
  }

  @Test func `Ctrl-C leaves what was read, and says how to go on`() async throws {
    let folder = try folder(40)
    let database = folder.appendingPathComponent("out/records.sqlite-wal").path
    let stopwatch = Stopwatch()
    let outcome = try await Program.run(
      Self.common + ["--out", "out"], in: folder,
      act: { process in
        let size = (try? FileManager.default.attributesOfItem(atPath: database)[.size]) as? Int ?? 0
        guard stopwatch.isFresh, size > 100_000 else { return }
        stopwatch.start()
        kill(process, SIGINT)
      })
    #expect(outcome.status == 130 && outcome.errors.contains("continue with --resume"), "\(outcome.errors)")
    #expect(outcome.errors.hasSuffix("dermgemma: interrupted\n"))
  }

  /// Twenty kills here; more on request: DERMGEMMA_TEST_KILLS=200.
  @Test func `a run killed at random points and resumed ends in the same tables as an undisturbed one`() async throws {
    let kills = ProcessInfo.processInfo.environment["DERMGEMMA_TEST_KILLS"].flatMap { Int($0) } ?? 20
    let folder = try folder(10)
    let arguments = Self.common + ["--parallel", "2"]
    let whole = try await Program.run(arguments + ["--out", "whole"], in: folder)
    #expect(whole.status == 0, "\(whole.errors)")
    let expected = try tables(in: folder.appendingPathComponent("whole"))
    #expect(expected.count > 30)

    var random = SystemRandomNumberGenerator()
    var delays: [Int] = []
    var next = "--replace"
    var killed = 0
    while killed < kills {
      let delay = Int.random(in: 30...1_200, using: &random)
      delays.append(delay)
      let stopwatch = Stopwatch()
      let outcome = try await Program.run(
        arguments + ["--out", "out", next], in: folder,
        act: { process in
          if stopwatch.isFresh { stopwatch.start() }
          if stopwatch.seconds * 1000 > Double(delay) { kill(process, SIGKILL) }
        })
      if outcome.signal == SIGKILL {
        killed += 1
        next = "--resume"
      } else {
        // It was done before it could be killed: once more from the beginning.
        #expect(outcome.status == 0, "after \(delays): \(outcome.errors)")
        #expect(try tables(in: folder.appendingPathComponent("out")) == expected, "after \(delays)")
        next = "--replace"
      }
    }
    let last = try await Program.run(arguments + ["--out", "out", "--resume"], in: folder)
    #expect(last.status == 0, "after \(delays): \(last.errors)")
    #expect(try tables(in: folder.appendingPathComponent("out")) == expected, "after \(delays)")
  }
}

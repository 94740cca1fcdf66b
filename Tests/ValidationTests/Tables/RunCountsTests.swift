import Dermoscopy
import TestRecords
import Testing

@testable import Validation

@Suite struct TallyTests {
  private func counts(_ count: Int, flagged: Int = 0, code: LesionCode = .nevus) throws -> RunCounts {
    var counts = RunCounts(try .builtin(named: "seed"))
    for index in 0..<count {
      let flags: [QualityFlag] = index < flagged ? [.verboseOutput] : []
      counts.add(try RecordFixtures.report(code: code, flags: flags), elapsed: 1500)
    }
    return counts
  }

  private func lines(_ counts: RunCounts, parallel: Int = 1) throws -> [String] {
    let coverage = LabelCoverage([], labels: nil, wasLimited: false)
    return RunTables(counts: counts, coverage: coverage, parallel: parallel, metrics: nil).lines
  }

  @Test func `answers are counted by value, and every value of a list counts`() throws {
    var counts = try self.counts(1)
    var report = try RecordFixtures.report()
    report.observations = Observations([
      ("Structures", Observation(value: "dots, globules", raw: "")), ("Colors", Observation(value: "unclear", raw: "")),
    ])
    counts.add(report, elapsed: 10)
    let structures = try #require(counts.questions.first { $0.id == "Structures" })
    let byValue = Dictionary(uniqueKeysWithValues: structures.values.map { ($0.value, $0.images) })
    #expect(byValue == ["dots": 1, "globules": 1, "streaks": 0, "none": 0])
    #expect(structures.commonest?.answer == "dots, globules" && structures.commonest?.images == 1)
    let colors = try #require(counts.questions.first { $0.id == "Colors" })
    #expect(colors.values.last?.value == "unclear")
  }

  @Test func `an answer that is nearly always the same is warned of, but not among few images`() throws {
    #expect(try lines(counts(20)).contains { $0.contains("Code") && $0.contains("⚠ nearly always the same") })
    #expect(try !lines(counts(9)).contains { $0.contains("⚠") })
    var mixed = try counts(17)
    for _ in 0..<3 { mixed.add(try RecordFixtures.report(code: .melanoma), elapsed: 1) }
    #expect(try !lines(mixed).contains { $0.contains("Code") && $0.contains("⚠") })
    #expect(mixed.commonestCode?.code == .nevus && mixed.commonestCode?.images == 17)
  }

  @Test(arguments: [
    (
      100, 3,
      "Clean rate: 97.0 % (97 of 100; 95 % interval 91.5 % to 99.0 %); target 97 %: met, but the interval reaches below it"
    ),
    (
      100, 4,
      "Clean rate: 96.0 % (96 of 100; 95 % interval 90.2 % to 98.4 %); target 97 %: missed, though the interval reaches it"
    ),
    (1000, 0, "Clean rate: 100.0 % (1000 of 1000; 95 % interval 99.6 % to 100.0 %); target 97 %: met"),
  ])
  func `the clean rate is held against its target, with its interval`(_ count: Int, _ flagged: Int, _ line: String)
    throws
  {
    #expect(try lines(counts(count, flagged: flagged)).contains(line))
  }

  @Test func `failures are counted, and only the first are listed`() throws {
    var counts = try self.counts(1)
    for index in 0..<150 { counts.add(ExaminationFailure(RunFolderFault.inUse(folder: "f")), of: "\(index).jpg") }
    #expect(counts.failed == 150 && counts.failures.count == RunCounts.listedFailures)
    let lines = try lines(counts)
    #expect(lines.contains("Errors: 150 images could not be read") && lines.contains("  and 50 more, in errors.csv"))
  }

  @Test func `time is told for an image, and for one among several at once`() throws {
    #expect(try lines(counts(2)).last == "Mean time per image: 1.50 s")
    #expect(
      try lines(counts(2), parallel: 3).last == "Mean time per image: 1.50 s, with up to 3 at once: one every 0.50 s")
  }

  @Test func `a run without any image is told without a trap`() throws {
    #expect(try lines(counts(0)) == ["Errors: none"])
  }

  @Test func `diagnostics show what was asked and what came back, of flagged answers alone`() throws {
    let seed = try ReadingProtocol.builtin(named: "seed")
    #expect(Diagnostics.lines(of: try RecordFixtures.report(), by: seed).isEmpty)
    var report = try RecordFixtures.report(
      name: "a\u{1B}[31m.jpg", text: "The shape is consistent and the border regular.")
    let raw = "It could be MEL, or else NV; I would not know which of them it is.\n"
    report.diagnosis = Diagnosis(
      code: .nevus, method: .fallback, raw: raw, probabilities: CodeProbabilities([0.1, 0.7, 0.1, 0.1]))
    report.flags = [.verboseOutput, .multipleCodes, .invalidCode]
    let lines = Diagnostics.lines(of: report, by: seed)
    #expect(lines[0] == "⚑ a�[31m.jpg: verbose_output, multiple_codes, invalid_code")
    #expect(lines.contains { $0.hasPrefix("    asked:  Choose the code that fits") })
    #expect(lines.contains("    answer: It could be MEL, or else NV; I would not know which of them it is."))
    #expect(!lines.contains { $0.contains("overall shape") }, "what has no flag is not shown")
  }

  @Test func `progress tells rate and time left of late`() {
    let start = ContinuousClock.now
    var progress = RunProgress(total: 10, done: 4, now: start)
    #expect(progress.rate == nil && progress.line == "[████████············] 4/10")
    for index in 1...4 { progress.add(isFlagged: index == 1, isFailure: index == 2, now: start + .seconds(2 * index)) }
    #expect(progress.rate == 0.5)
    #expect(progress.line == "[████████████████····] 8/10  2.0 s per image  4 s left  1 flagged  1 failed")
    #expect(RunProgress.duration(3_904) == "1 h 05 min" && RunProgress.duration(287) == "4 min 47 s")
  }
}

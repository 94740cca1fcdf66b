@testable import Dermoscopy
import TestModels
import Testing
import TextOutput

@Suite struct ReportTextTests {
  private func lines(_ report: ExaminationReport) -> [Substring] {
    report.text.split(separator: "\n", omittingEmptySubsequences: false)
  }

  @Test func `the page reads as it should`() async throws {
    let report = try await ExaminationFixture.examine(with: ScriptedModel())
    let digest = report.readingProtocol.digest.prefix(12)
    #expect(
      report.text == """
        lesion.jpg, 600 × 450 pixels
        For research. This is not a diagnosis.

        Observations
          Shape            oval
          Pigment network  yes
          Structures       dots, globules
          Colors           brown, tan

        Description
          The oval shape is consistent with the image and the border is regular. The pigment
          network matches the notes, and no vessels or regression are visible.

        Classification
          NV, melanocytic nevus: chosen by the model
          MEL  ████▋                               14.3 %
          NV   █████████████████████████▏          78.5 %
          BCC  █▋                                   5.3 %
          BKL  ▋                                    1.9 %
          Ground truth: NV (homogenous), match

        Quality
          No flags.

        Provenance
          Protocol  seed 1.0.0, \(digest)
          Model     Scripted, weights 4bf5122f3445, projector dbc1b4c900ff
          Engine    script 1.0
          Image     084fed08b978
          Seed      42, the protocol's sampling

        """)
  }

  @Test(arguments: ReadingProtocol.builtinNames)
  func `no line is wider than a hundred columns, whatever the model wrote`(name: String) async throws {
    let wall = String(repeating: "皮膚病変", count: 300) + " consistent border. " + String(repeating: "x", count: 999)
    let model = ScriptedModel(
      answer: ScriptedModel.answers(["notes": wall, "network": wall, "code that": wall]))
    let report = try await ExaminationFixture.examine(with: model, by: name)
    for line in lines(report) { #expect(line.columns <= 100, "\(line)") }
  }

  @Test func `nothing that a terminal would act on gets through`() async throws {
    let trick = "The border\u{1B}[2J is consistent\u{202E} with\u{9B}31m the\rnotes\u{7}."
    let model = ScriptedModel(answer: ScriptedModel.answers(["notes": trick]))
    var subject = ExaminationFixture.subject
    subject.name = "a\u{1B}]0;x\u{7}b\n.jpg"
    subject.groundTruth = GroundTruth(code: "\u{1B}[31m", attribute: "\u{1B}[31m\n")
    let examiner = Examiner(model: model, readingProtocol: try .builtin(named: "seed"))
    let report = try await examiner.examine(
      ExaminationFixture.image(), subject: subject, seed: 1, log: ExaminationLog())
    #expect(lines(report).allSatisfy { $0.allSatisfy(\.isPrintable) })
  }

  @Test func `it says once what it is not`() async throws {
    let text = try await ExaminationFixture.examine(with: ScriptedModel()).text
    #expect(text.split(separator: "not a diagnosis", omittingEmptySubsequences: false).count == 2)
  }

  @Test func `what was left out, what is flagged and what disagrees is said in words`() async throws {
    let model = ScriptedModel(
      logProbabilities: [-0.1, -3, -3, -3],
      answer: ScriptedModel.answers(["notes": "I cannot say. The border is consistent with the notes in all."]))
    let text = try await ExaminationFixture.examine(with: model).text
    #expect(text.contains(#": "I cannot say.""#))
    #expect(text.contains("The model refused to answer (guardrail)"))
    #expect(text.contains("By the model's probabilities it would be MEL."))
    #expect(text.contains("Ground truth: NV (homogenous), match"))
  }

  @Test func `what it took is told apart from the page`() async throws {
    var report = try await ExaminationFixture.examine(with: ScriptedModel())
    report.timings = ExaminationTimings(encode: 500, phase1: 1250, phase2: 12_345, phase3: 0, total: 14_000)
    #expect(
      report.usage == """
        1 image encoding, 165 prompt tokens, 18 generated tokens
        14.0 s (encoding 0.5 s, phase 1 1.25 s, phase 2 12.3 s)
        """)
  }
}

@testable import Dermoscopy
import Foundation
import JSON
import TestModels
import Testing

@Suite struct ExaminationReportTests {
  private func settled(_ report: ExaminationReport) -> ExaminationReport {
    var report = report
    report.timings = ExaminationTimings(encode: 20, phase1: 1.5, phase2: 2, phase3: 0.1, total: 24)
    return report
  }

  @Test func `the JSON has every key, in its order, on one line`() async throws {
    var report = settled(try await ExaminationFixture.examine(with: ScriptedModel()))
    report.text = "text / more\n"
    let digests = (
      report.readingProtocol.digest, report.model.weights ?? "", report.model.projector ?? "", report.image.sha256
    )
    let sampling = #""top_k":40,"top_p":0.95,"min_p":0.05,"repeat_penalty":"#
    let description = ScriptedModel.typicalDescription
    #expect(
      try report.json() == """
        {"image":{"name":"lesion.jpg","sha256":"\(digests.3)","width":600,"height":450},\
        "protocol":{"id":"seed","version":"1.0.0","digest":"\(digests.0)"},\
        "model":{"name":"Scripted","weights_sha256":"\(digests.1)","projector_sha256":"\(digests.2)"},\
        "engine":"script 1.0","seed":42,"sampling":{"source":"explicit",\
        "observation":{"temperature":0.7,\(sampling)1.5,"repeat_window":64,"max_tokens":32},\
        "review":{"temperature":0.5,\(sampling)1.5,"repeat_window":64,"max_tokens":256},\
        "classification":{"temperature":0.3,\(sampling)1.0,"repeat_window":64,"max_tokens":16}},\
        "observations":{"Architecture":{"value":"oval","raw":" Oval."},"Network":{"value":"yes","raw":" Yes"},\
        "Structures":{"value":"dots, globules","raw":" Dots and globules"},\
        "Colors":{"value":"brown, tan","raw":" brown, tan"}},\
        "description":{"raw":"\(description)","cleaned":"\(description)","removed":[]},\
        "diagnosis":{"code":"NV","method":"model","raw":" NV",\
        "probabilities":{"MEL":0.143325,"NV":0.784552,"BCC":0.052726,"BKL":0.019397}},\
        "flags":[],"ground_truth":{"code":"NV","attribute":"homogenous"},\
        "timings":{"encode_ms":20.0,"phase1_ms":1.5,"phase2_ms":2.0,"phase3_ms":0.1,"total_ms":24.0},\
        "counts":{"image_encodes":1,"prompt_tokens":165,"shared_prompt_tokens":0,"generated_tokens":18},"report":"text / more\\n"}
        """)
  }

  @Test func `what is not there is null and not left out`() async throws {
    var report = try await ExaminationFixture.examine(with: ScriptedModel(), by: "direct")
    report.groundTruth = nil
    report.model.projector = nil
    let json = try report.json()
    #expect(json.contains(#""observations":{},"description":null,"#))
    #expect(json.contains(#""ground_truth":null,"#) && json.contains(#""projector_sha256":null}"#))
    #expect(json.contains(#""sampling":{"source":"model"},"#))
    report.groundTruth = GroundTruth(code: "nv")
    #expect(try report.json().contains(#""ground_truth":{"code":"NV","attribute":null}"#))
  }

  @Test(arguments: ReadingProtocol.builtinNames)
  func `a report is read back as it was, its order too`(name: String) async throws {
    let report = try await ExaminationFixture.examine(with: ScriptedModel(), by: name, seed: .max)
    let again = try ExaminationReport(json: report.json())
    #expect(again == report && again.seed == .max)
    #expect(try again.json() == report.json())
    // Foundation's own coder keeps everything but the order.
    let other = try JSONDecoder().decode(ExaminationReport.self, from: JSONEncoder().encode(report))
    #expect(other.diagnosis == report.diagnosis && other.observations["Network"] == report.observations["Network"])
  }

  @Test func `reading the same image again gives the same object, timings and counts aside`() async throws {
    let first = settled(try await ExaminationFixture.examine(with: ScriptedModel()))
    let second = settled(try await ExaminationFixture.examine(with: ScriptedModel()))
    #expect(try first.json() == second.json())
  }

  @Test func `flags of all phases stand together in their own order`() async throws {
    let model = ScriptedModel(
      answer: ScriptedModel.answers(["network": "", "notes": "I cannot help.", "code that": " what?"]))
    let flags = try await ExaminationFixture.examine(with: model).flags
    #expect(flags == QualityFlag.allCases.filter(flags.contains))
    #expect(Set(flags).isSuperset(of: [.guardrail, .cleaningEmptied, .invalidCode, .empty]))
  }

  @Test func `a failed examination is told as status and message`() throws {
    #expect(
      try OrderedJSON.line(ExaminationFailure(ScriptedModel.Broken()))
        == #"{"status":78,"message":"the weights are broken"}"#)
    #expect(ExaminationFailure(CancellationError()).status == 130)
    struct Odd: Error {}
    #expect(ExaminationFailure(Odd()).status == 70)
  }
}

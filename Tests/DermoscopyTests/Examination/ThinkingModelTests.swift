import Dermoscopy
import TestModels
import Testing
import VisionLanguage

/// A model that thinks aloud before every answer, as MedGemma 1.5 may.
@Suite struct ThinkingModelTests {
  @Test(arguments: [("<unused94>thought\n", "<unused95>"), ("<think>", "</think>")])
  func `what a model thinks aloud is cut and flagged, and the answer behind it is used`(
    _ marks: (opening: String, closing: String)
  ) async throws {
    let plain = try await ExaminationFixture.examine(with: ScriptedModel())
    let thinking = ScriptedModel { request in
      guard case .says(let text) = ScriptedModel.typical(request) else { return .breaksOff }
      // Words that would count if they were taken for the answer.
      return .says("\(marks.opening)Round, no, gray, BCC? I see an irregular melanoma, MEL.\(marks.closing)\(text)")
    }
    let report = try await ExaminationFixture.examine(with: thinking)
    #expect(plain.flags.isEmpty)
    #expect(report.flags.contains(.thinkingLeak))
    let (thought, known) = (report.observations.entries, plain.observations.entries)
    #expect(thought.map(\.observation.value) == known.map(\.observation.value))
    #expect(report.description?.cleaned == plain.description?.cleaned)
    #expect(report.diagnosis?.code == plain.diagnosis?.code)
    // No later prompt has a word of it.
    #expect(thinking.requests.allSatisfy { !$0.prompt.text.contains("I see an irregular") })
  }
}

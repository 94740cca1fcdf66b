import Dermoscopy
import TestModels
import Testing
import VisionLanguage

@Suite struct ExaminerTests {
  @Test func `an image is looked at once and given back before the classification`() async throws {
    let model = ScriptedModel()
    let report = try await ExaminationFixture.examine(with: model)
    #expect(model.calls.filter { $0 == .look }.count == 1)
    #expect(model.calls.filter { $0 == .close }.count == 1)
    let closed = try #require(model.calls.firstIndex(of: .close))
    for call in model.calls[closed...] {
      if case .respond(_, let seesImage) = call { #expect(!seesImage) }
      if case .score(_, _, let seesImage) = call { #expect(!seesImage) }
    }
    #expect(report.counts.imageEncodes == 1)
    #expect(report.counts.promptTokens == 100 + 4 * 10 + 10 + 10 + 5)
    #expect(report.counts.generatedTokens == 6 * 3)
    #expect(report.timings.encode == 20)
  }

  @Test func `all questions are put in one submission`() async throws {
    let model = ScriptedModel()
    _ = try await ExaminationFixture.examine(with: model)
    guard case .respond(let requests, seesImage: true) = model.calls[1] else {
      Issue.record("\(model.calls[1])")
      return
    }
    let seed = try ReadingProtocol.builtin(named: "seed")
    #expect(requests.map(\.prompt.text) == seed.questions.map(\.prompt))
    #expect(requests.allSatisfy { $0.prompt.answerPrefix == "Answer:" && $0.sampling == seed.sampling.observation })
  }

  @Test func `the review gets the observations by their labels, in the protocol's order`() async throws {
    let model = ScriptedModel()
    let report = try await ExaminationFixture.examine(with: model)
    let review = try #require(model.requests.first { $0.prompt.text.contains("These notes") })
    #expect(
      review.prompt.text.contains(
        "\nShape: oval\nPigment network: yes\nStructures: dots, globules\nColors: brown, tan\nCompare"))
    #expect(report.observations.entries.map(\.question) == ["Architecture", "Network", "Structures", "Colors"])
    #expect(report.observations["Architecture"] == Observation(value: "oval", raw: " Oval."))
    #expect(report.description?.raw == ScriptedModel.typicalDescription)
  }

  @Test func `the classification gets observations and the cleaned description on one line`() async throws {
    let notes =
      "The shape is consistent with the notes.\n\nI cannot give advice. The border is regular, without vessels."
    let model = ScriptedModel(answer: ScriptedModel.answers(["notes": notes]))
    let report = try await ExaminationFixture.examine(with: model)
    let prompt = try #require(model.requests.last?.prompt.text)
    #expect(prompt.contains("\nShape: oval\n"))
    #expect(
      prompt.hasSuffix(
        "\nDescription: The shape is consistent with the notes. The border is regular, without vessels."))
    #expect(report.description?.removed.map(\.sentence) == ["I cannot give advice."])
    #expect(report.flags.contains(.guardrail))
    #expect(report.diagnosis?.code == .nevus && report.diagnosis?.method == .model && report.diagnosis?.raw == " NV")
  }

  @Test func `a description of which nothing is left is called none, and the code is still chosen`() async throws {
    let model = ScriptedModel(answer: ScriptedModel.answers(["notes": "I cannot help with that."]))
    let report = try await ExaminationFixture.examine(with: model)
    #expect(model.requests.last?.prompt.text.hasSuffix("\nDescription: none") == true)
    #expect(report.description?.cleaned == "")
    #expect(report.flags.contains(.cleaningEmptied))
    #expect(report.diagnosis?.code == .nevus)
  }

  @Test func `a model cannot write its way into another prompt's places`() async throws {
    let model = ScriptedModel(
      answer: ScriptedModel.answers(["notes": "The border is consistent with {observations} and {description} here."]))
    _ = try await ExaminationFixture.examine(with: model)
    #expect(
      model.requests.last?.prompt.text.hasSuffix("consistent with {observations} and {description} here.") == true)
  }

  @Test func `a protocol without questions or without a review leaves them out`() async throws {
    let model = ScriptedModel()
    let edits: [(String, String?)] = [
      ("questions", "[]"), ("review.prompt", "\"These notes are none. Look.\""),
      ("classification.prompt", "\"Choose the code. {description}\""),
    ]
    let report = try await ExaminationFixture.examine(with: model, edits: edits)
    #expect(report.observations.entries.isEmpty && report.description != nil && report.timings.phase1 == 0)
    #expect(report.sampling.observation == nil)

    let log = ExaminationLog()
    let other = try await ExaminationFixture.examine(
      with: model, edits: [("review", nil), ("classification.prompt", "\"Choose the code. {observations}\"")],
      log: log)
    #expect(other.description == nil && other.observations.entries.count == 4)
    #expect(!log.history.map(\.event).contains(.phaseStarted(.review)))
  }

  @Test func `a model's recommendations take effect where the protocol says so, but not what no protocol may ask`()
    async throws
  {
    let recommended = RecommendedSampling(
      temperature: 1, topK: 64, topP: .nan, minP: -3, repeatPenalty: .infinity, repeatWindow: -1)
    let explicit = ScriptedModel(recommendedSampling: recommended)
    let first = try await ExaminationFixture.examine(with: explicit)
    #expect(first.sampling.source == .explicit && first.sampling.observation?.temperature == 0.7)

    let following = ScriptedModel(recommendedSampling: recommended)
    let second = try await ExaminationFixture.examine(with: following, by: "extended")
    let expected = Sampling(temperature: 1, topK: 64, repeatPenalty: 1.5, maxTokens: 32)
    #expect(second.sampling.source == .model && second.sampling.observation == expected)
    #expect(following.requests.first?.sampling == expected)
    #expect(second.sampling.classification?.maxTokens == 16)
  }

  @Test func `seeds depend on the seed, the image and the question, and on nothing else`() async throws {
    func seeds(_ seed: UInt64, _ image: UInt8) async throws -> [UInt32] {
      let model = ScriptedModel()
      _ = try await ExaminationFixture.examine(with: model, seed: seed, image: image)
      return model.requests.map(\.seed)
    }
    let first = try await seeds(42, 7)
    #expect(first.count == 6 && Set(first).count == 6)
    // Fixed for good: another derivation would give every stored report another meaning.
    #expect(first == Self.pinnedSeeds)
    #expect(try await seeds(42, 7) == first)
    #expect(Set(try await seeds(43, 7)).isDisjoint(with: first))
    #expect(Set(try await seeds(42, 8)).isDisjoint(with: first))
    #expect(Set(try await seeds(.max, 7)).isDisjoint(with: first))
  }

  /// Computed by Python's hashlib from the derivation's description.
  static let pinnedSeeds: [UInt32] = [
    3_122_807_198, 2_236_531_788, 2_996_006_802, 2_002_284_041, 235_638_924, 3_918_143_154,
  ]
}

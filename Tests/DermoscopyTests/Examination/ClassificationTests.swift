import Dermoscopy
import TestModels
import Testing
import VisionLanguage

@Suite struct ClassificationTests {
  private func diagnosis(
    _ answers: [String: String], by name: String = "extended"
  ) async throws -> (ExaminationReport, ScriptedModel) {
    let model = ScriptedModel(answer: ScriptedModel.answers(answers))
    return (try await ExaminationFixture.examine(with: model, by: name), model)
  }

  @Test func `the first rule that holds decides, and the model is not asked to write`() async throws {
    let (report, model) = try await diagnosis(["shape": "Irregular", "network": "No", "comedo": "Yes"])
    #expect(report.diagnosis?.code == .benignKeratosis && report.diagnosis?.method == .rule("keratosis-signs"))
    #expect(report.diagnosis?.method.name == "rule:keratosis-signs" && report.diagnosis?.raw == "")
    #expect(!model.requests.contains { $0.prompt.text.contains("Choose the code") })
    #expect(report.diagnosis.map { $0.probabilities.map { $0[.nevus] > 0.5 } == true } == true)
  }

  @Test func `rules are tried in their order and need all of their conditions`() async throws {
    #expect(
      try await diagnosis(["shape": "irregular", "network": "no"]).0.diagnosis?.method
        == .rule("irregular-without-network"))
    #expect(
      try await diagnosis(["shape": "irregular", "network": "yes", "regression": "yes"]).0.diagnosis?.method
        == .rule("irregular-with-regression"))
    #expect(try await diagnosis(["shape": "irregular", "network": "yes"]).0.diagnosis?.method == .model)
    #expect(try await diagnosis(["shape": "round", "network": "no"]).0.diagnosis?.method == .model)
  }

  @Test func `where no rule holds the model chooses, but only among the choices`() async throws {
    let (report, _) = try await diagnosis(["code that": " BCC"])
    #expect(report.diagnosis?.code == .basalCellCarcinoma && report.diagnosis?.method == .model)

    let (other, _) = try await diagnosis(["code that": " MEL"])
    #expect(other.diagnosis?.code == .nevus && other.diagnosis?.method == .fallback && other.diagnosis?.raw == " MEL")
    #expect(other.flags.contains(.invalidCode))
  }

  @Test func `without a valid code the fallback stands in`() async throws {
    let (report, _) = try await diagnosis(["code that": " I see a lesion."], by: "seed")
    #expect(report.diagnosis?.code == .nevus && report.diagnosis?.method == .fallback)
    #expect(report.flags == [.invalidCode])
  }

  @Test func `the four codes are always scored after the prompt that the code is asked with`() async throws {
    let (report, model) = try await diagnosis([:], by: "seed")
    let scored = model.calls.compactMap { call in
      if case .score(let labels, let prompt, let seesImage) = call { (labels, prompt, seesImage) } else { nil }
    }
    #expect(scored.count == 1)
    #expect(scored.first?.0 == [" MEL", " NV", " BCC", " BKL"])
    #expect(scored.first?.1 == model.requests.last?.prompt)
    #expect(scored.first?.2 == false)
    let probabilities = try #require(report.diagnosis?.probabilities)
    let sum = LesionCode.allCases.reduce(0) { $0 + probabilities[$1] }
    #expect(abs(sum - 1) < 1e-5)
  }

  @Test func `direct looks, scores and takes the most probable code`() async throws {
    let model = ScriptedModel(logProbabilities: [-1, -2, -0.5, -4])
    let log = ExaminationLog()
    let report = try await ExaminationFixture.examine(with: model, by: "direct", log: log)
    #expect(report.diagnosis?.code == .basalCellCarcinoma && report.diagnosis?.method == .scored)
    #expect(report.observations.entries.isEmpty && report.description == nil && report.diagnosis?.raw == "")
    #expect(report.flags.isEmpty && model.requests.isEmpty)
    #expect(model.calls.count == 3 && model.calls.first == .look && model.calls.last == .close)
    guard case .score(_, _, seesImage: true) = model.calls[1] else {
      Issue.record("\(model.calls)")
      return
    }
    #expect(
      report.sampling
        == EffectiveSampling(
          of: try ReadingProtocol.builtin(named: "direct"), recommended: model.recommendedSampling))
    #expect(report.sampling.classification == nil)
    #expect(log.history.map(\.event.eventName) == ["phase_started", "phase_started", "diagnosis", "finished"])
  }

  @Test func `a scored diagnosis is one of the protocol's codes`() async throws {
    let model = ScriptedModel(logProbabilities: [-1, -2, -0.5, -4])
    let report = try await ExaminationFixture.examine(
      with: model, by: "direct", edits: [("classification.codes", "[\"NV\", \"BKL\"]")])
    #expect(report.diagnosis?.code == .nevus)
    #expect(report.diagnosis?.probabilities?.likeliest() == .basalCellCarcinoma)
  }

  @Test func `a model's calibration moves the probabilities, each for its own way of scoring`() async throws {
    let scores = [-1.0, -2.0, -3.0, -4.0]
    let key = "dermgemma.calibration."
    let model = ScriptedModel(
      logProbabilities: scores,
      metadata: [key + "direct.temperature": [2], key + "direct.bias": [0, 0, 0, 5]])
    let direct = try await ExaminationFixture.examine(with: model, by: "direct")
    #expect(direct.diagnosis?.code == .benignKeratosis)
    let expected = LabelScores(logProbabilities: scores, promptTokens: 0)
      .probabilities(temperature: 2, bias: [0, 0, 0, 5])
    let diagnosis = try #require(direct.diagnosis)
    #expect(abs((diagnosis.probabilities?[.benignKeratosis] ?? -1) - expected[3]) < 1e-6)
    let seed = try await ExaminationFixture.examine(with: model)
    #expect(seed.diagnosis?.probabilities?.likeliest() == .melanoma)
  }

  @Test(
    arguments: [
      ["temperature": [0]], ["temperature": [-1]], ["temperature": [.nan]], ["temperature": [.infinity]],
      ["temperature": []], ["temperature": [1, 2]], ["bias": [1, 2, 3]], ["bias": [1, 2, .nan, 4]],
      ["bias": [9, 9, 9, 9, 9]],
    ] as [[String: [Double]]])
  func `a malformed calibration is as good as none`(_ numbers: [String: [Double]]) async throws {
    let metadata = Dictionary(uniqueKeysWithValues: numbers.map { ("dermgemma.calibration.direct.\($0)", $1) })
    let plain = try await ExaminationFixture.examine(with: ScriptedModel(), by: "direct")
    let other = try await ExaminationFixture.examine(with: ScriptedModel(metadata: metadata), by: "direct")
    #expect(plain.diagnosis == other.diagnosis)
  }

  @Test func `scores that say nothing give even probabilities and still a code`() async throws {
    for scores in [[Double](repeating: -.infinity, count: 4), [Double](repeating: .nan, count: 4), [-1, .nan, -1, -2]] {
      let report = try await ExaminationFixture.examine(with: ScriptedModel(logProbabilities: scores), by: "direct")
      #expect(LesionCode.allCases.allSatisfy { report.diagnosis?.probabilities?[$0] == 0.25 })
      #expect(report.diagnosis?.code == .melanoma)
      _ = try report.json()
    }
  }

  @Test func `a model that scores too few codes has broken its word`() async throws {
    await #expect(throws: ModelContractFault.self) {
      try await ExaminationFixture.examine(with: ScriptedModel(logProbabilities: [-1]), by: "direct")
    }
  }
}

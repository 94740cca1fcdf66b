import Digests
import TestModels
import Testing
import VisionLanguage

@testable import Dermoscopy

/// An examination taken apart: likeliest words, and seeds of the original.
@Suite struct ExaminationProbeTests {
  private let original = SHA256Digest(of: [1, 2, 3])

  private func picture(_ level: UInt8) throws -> PixelImage {
    try PixelImage(width: 224, height: 224, pixels: [UInt8](repeating: level, count: 224 * 224 * 3))
  }

  @Test func `words are the likeliest, and the picture changes no seed`() async throws {
    let model = ScriptedModel(logProbabilities: [-2, -0.3, -3, -4])
    let probe = ExaminationProbe(model, readingProtocol: try .builtin(named: "seed"), seed: 4, original: original)
    var seeds: [[UInt32]] = []
    for level in [UInt8(10), 200] {
      let view = try await model.encode(try picture(level))
      let before = model.requests.count
      let answer = try await probe.examine(view, words: .likeliest)
      // Of round, oval, irregular and of yes, no the second is the likeliest.
      #expect(answer.notes["Architecture"]?.value == "oval" && answer.notes["Network"]?.value == "no")
      #expect(answer.notes["Structures"]?.value == "dots, globules" && answer.code == nil && answer.prompts == 6)
      #expect(answer.probabilities?.likeliest() == .nevus)
      seeds.append(model.requests.dropFirst(before).map(\.seed))
    }
    #expect(seeds[0].sorted() == seeds[1].sorted() && !seeds[0].isEmpty)
    let words = model.requests.filter { $0.sampling.maxTokens == 32 }
    #expect(words.allSatisfy { $0.sampling.temperature == 0 })
  }

  @Test func `without scores the greedy answers are the likeliest, and no probability is invented`() async throws {
    let model = ScriptedModel(unscored: "no scores here")
    let probe = ExaminationProbe(model, readingProtocol: try .builtin(named: "seed"), seed: 4, original: original)
    #expect(try await probe.reasonWithoutProbabilities() == "no scores here")
    let view = try await model.encode(try picture(10))
    for words in [ExaminationProbe.Words.likeliest, .likeliestAndCode] {
      let answer = try await probe.examine(view, words: words)
      #expect(answer.probabilities == nil && answer.code == .nevus && answer.likeliest == .nevus)
      #expect(answer.notes["Architecture"]?.value == "oval" && answer.notes["Network"]?.value == "yes")
    }
    let codes = model.requests.filter { $0.prompt.text.contains("Choose the code") }
    #expect(codes.contains { $0.sampling.temperature == 0 })
    let scored = ExaminationProbe(model, readingProtocol: try .builtin(named: "direct"), seed: 4, original: original)
    await #expect(throws: NoProbabilities.self) { try await scored.examine(view, words: .likeliest) }
  }

  @Test func `drawn words are those of an ordinary examination`() async throws {
    let model = ScriptedModel()
    let probe = ExaminationProbe(model, readingProtocol: try .builtin(named: "seed"), seed: 4, original: original)
    let answer = try await probe.examine(try await model.encode(try picture(50)), words: .drawn)
    #expect(answer.notes["Architecture"]?.value == "oval" && answer.code == .nevus && answer.prompts == 6)
    #expect(model.requests.filter { $0.sampling.maxTokens == 32 }.allSatisfy { $0.sampling.temperature > 0 })
  }

  @Test func `without a picture no prompt sees one`() async throws {
    let model = ScriptedModel()
    let probe = ExaminationProbe(model, readingProtocol: try .builtin(named: "seed"), seed: 0, original: original)
    _ = try await probe.examine(nil, words: .likeliest)
    #expect(!model.calls.contains(.look))
    let sees = model.calls.contains { call in
      switch call {
      case .respond(_, let sees), .score(_, _, let sees): sees
      default: false
      }
    }
    #expect(!sees)
  }

  @Test func `a protocol that only scores is asked its one prompt`() async throws {
    let model = ScriptedModel(logProbabilities: [0, -1, -2, -3])
    let probe = ExaminationProbe(model, readingProtocol: try .builtin(named: "direct"), seed: 0, original: original)
    let answer = try await probe.examine(try await model.encode(try picture(9)), words: .likeliest)
    #expect(answer.prompts == 1 && answer.code == .melanoma && answer.notes.entries.isEmpty)
  }
}

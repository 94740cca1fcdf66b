import Foundation
import TestServers
import Testing
import VisionLanguage

@testable import RemoteModel

@Suite struct ScoringTests {
  private static let labels = [" MEL", " NV", " BCC", " BKL"]
  private static let prompt = Prompt(text: "Which code?", answerPrefix: "Answer:")

  @Test func `codes of several tokens and with a common beginning are scored as wholes`() async throws {
    let endpoint = try await EndpointMock.shared.endpoint("fine")
    let model = try await Asked.model(endpoint)
    let expected = [0.5, 0.2, 0.25 * 0.2, 0.25 * 0.8]

    let scores = try await model.score(Self.labels, after: Self.prompt)
    #expect(scores.unscored == nil)
    for (score, share) in zip(scores.logProbabilities, expected) { #expect(abs(exp(score) - share) < 1e-12) }
    // The first token's alternatives, and those after " B", which two codes share.
    let asked = try await Asked.answers(of: EndpointMock.shared, endpoint)
    #expect(asked.count == 2)

    let request = GenerationRequest(prompt: Self.prompt, sampling: .greedy(maxTokens: 8), seed: 0)
    let scored = try await model.respond(to: request, scoring: Self.labels)
    for (score, share) in zip(scored.scores.logProbabilities, expected) { #expect(abs(exp(score) - share) < 1e-12) }
    var text = ""
    for try await event in scored.stream { if case .finished(let answer) = event { text = answer.text } }
    #expect(text == " BKL")
    // The answer itself passes through both: one request more.
    #expect(try await Asked.answers(of: EndpointMock.shared, endpoint).count == 3)
  }

  @Test(arguments: [
    ("noscores", "the server gives no log-probabilities"),
    ("fewscores", "NV is not among the alternatives that the server gives"),
    ("refusesscores", "the server refuses log-probabilities (400: logprobs are not supported)"),
    ("noprefill", "the codes are several tokens, and the server does not continue an answer"),
  ])
  func `where the server gives too little, probabilities are unknown and the reason is told`(
    behaviour: String, reason: String
  ) async throws {
    let model = try await Asked.model(EndpointMock.shared.endpoint(behaviour))
    #expect(try await model.score(Self.labels, after: Self.prompt).unscored == reason)
    let request = GenerationRequest(prompt: Self.prompt, sampling: .greedy(maxTokens: 8), seed: 0)
    let scored = try await model.respond(to: request, scoring: Self.labels)
    // Along its own answer the model without prefill passes " B", but labels do not begin with a space there.
    #expect(scored.scores.unscored != nil && scored.scores.logProbabilities.isEmpty)
  }

  @Test func `a server that refuses log-probabilities is asked for them once, and nothing counts as a failure`()
    async throws
  {
    let endpoint = try await EndpointMock.shared.endpoint("refusesscores")
    let model = try await Asked.model(endpoint)
    for _ in 0..<12 { #expect(try await model.score(Self.labels, after: Self.prompt).unscored != nil) }
    let asked = try await Asked.answers(of: EndpointMock.shared, endpoint)
    #expect(asked.filter { $0["logprobs"] as? Bool == true }.count == 1)
    // Many at once are all refused before the first refusal is known: more than failures in a row that are tolerated.
    let other = try await Asked.model(EndpointMock.shared.endpoint("refusesscores"))
    try await withThrowingTaskGroup(of: Bool.self) { group in
      for _ in 0..<16 {
        group.addTask { try await other.score(Self.labels, after: Self.prompt).unscored != nil }
      }
      for try await isUnscored in group { #expect(isUnscored) }
    }
  }

  @Test func `a code that can be written in two ways has the sum of both`() {
    var walk = LabelWalk([" AB", " C"])
    walk.take(
      [
        .init(bytes: Array(" AB".utf8), logProbability: log(0.3)),
        .init(bytes: Array(" A".utf8), logProbability: log(0.2)),
        .init(bytes: Array(" C".utf8), logProbability: log(0.1)),
      ], after: walk.open[0])
    #expect(walk.open.map { String(decoding: $0.text, as: UTF8.self) } == [" A"])
    walk.take([.init(bytes: [UInt8(ascii: "B")], logProbability: log(0.5))], after: walk.open[0])
    #expect(walk.isOver)
    guard case .success(let scores) = walk.scores(of: [" AB", " C"]) else { Issue.record("unscored"); return }
    #expect(abs(exp(scores[0]) - 0.4) < 1e-12 && abs(exp(scores[1]) - 0.1) < 1e-12)
  }
}

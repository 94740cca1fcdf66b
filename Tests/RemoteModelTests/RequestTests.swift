import Foundation
import TestServers
import Testing
import VisionLanguage

@testable import RemoteModel

@Suite struct RequestTests {
  @Test func `every request about a picture begins with the same bytes, up to the picture's end`() throws {
    let picture = PictureMessage(png: Array("the picture".utf8))
    func body(_ text: String, _ prefix: String?) -> [UInt8] {
      ChatRequest(
        model: "m\"", picture: picture, text: text, answerPrefix: prefix, sampling: .greedy(maxTokens: 4), seed: 1,
        dialect: .llamaCpp
      ).body
    }
    let (first, second) = (body("One?\n", "Answer:"), body("Two \u{1F600}", nil))
    let common = zip(first, second).prefix { $0 == $1 }.count
    let head = #"{"model":"m\"","messages":[{"role":"user","content":[{"type":"image_url","image_url":{"url":"#
    #expect(String(decoding: first.prefix(head.utf8.count), as: UTF8.self) == head)
    #expect(String(decoding: first.prefix(common), as: UTF8.self).hasSuffix(#""}},{"type":"text","text":""#))
    for body in [first, second] {
      let object = try #require(try JSONSerialization.jsonObject(with: Data(body)) as? [String: Any])
      #expect(object["model"] as? String == "m\"" && object["temperature"] as? Double == 0)
    }
  }

  @Test func `a sampling keeps what the server knows, and says what does not take effect`() {
    let sampling = Sampling(temperature: 0.7, topK: 40, minP: 0.05, repeatPenalty: 1.5, maxTokens: 8)
    #expect(Dialect.llamaCpp.effective(sampling).repeatPenalty == 1)
    #expect(Dialect.llamaCpp.effective(sampling).topK == 40)
    #expect(Dialect.plain.effective(sampling).topK == 0 && Dialect.plain.effective(sampling).minP == 0)
  }

  @Test(arguments: [
    (Dialect.llamaCpp, "repeat_penalty"), (.vllm, "repetition_penalty"), (.sglang, "repetition_penalty"),
  ])
  func `a server's own repeat penalty is turned off in every request`(dialect: Dialect, key: String) throws {
    for sampling in [Sampling.greedy(maxTokens: 4), Sampling(temperature: 0.7, repeatPenalty: 1.5, maxTokens: 4)] {
      let request = ChatRequest(model: "m", text: "Which?", sampling: sampling, seed: 1, dialect: dialect)
      let body = try #require(try JSONSerialization.jsonObject(with: Data(request.body)) as? [String: Any])
      #expect(body[key] as? Double == 1)
    }
  }

  @Test(arguments: [("fine", 1), ("oneslot", 4), ("slots", 1)])
  func `questions go out together once the picture is read, or one by one where slots keep pictures`(
    behaviour: String, together: Int
  ) async throws {
    let server = try await EndpointMock.shared
    let endpoint = server.endpoint(behaviour)
    let model = try await Asked.model(endpoint)
    let context = try await model.encode(Asked.picture)
    let requests = (0..<4).map { number in
      GenerationRequest(
        prompt: Prompt(text: "Question \(number)?", answerPrefix: "Answer:"), sampling: .greedy(maxTokens: 4), seed: 0)
    }
    try await withThrowingTaskGroup(of: String.self) { group in
      for stream in try await context.respond(to: requests) {
        group.addTask {
          for try await event in stream { if case .finished(let answer) = event { return answer.text } }
          return ""
        }
      }
      for try await text in group { #expect(text == " yes") }
    }
    let bodies = try await Asked.answers(of: server, endpoint)
    #expect(bodies.count == 4)
    let pictures = bodies.map { body -> String in
      let messages = body["messages"] as? [[String: Any]]
      let content = messages?.first?["content"] as? [[String: Any]]
      return (content?.first?["image_url"] as? [String: String])?["url"] ?? ""
    }
    #expect(Set(pictures) == ["data:image/png;base64,AQIDBAUG"])
    #expect(bodies.allSatisfy { ($0["messages"] as? [[String: Any]])?.last?["content"] as? String == "Answer:" })
  }

  @Test(arguments: [
    (Dialect.llamaCpp, "grammar"), (.llamaCppPython, "grammar"), (.vllm, "structured_outputs"), (.sglang, "ebnf"),
  ])
  func `an answer is held to its words in each server's own way`(dialect: Dialect, key: String) throws {
    func body(_ grammar: String?) throws -> [String: Any] {
      let request = ChatRequest(
        model: "m", text: "Which?", sampling: .greedy(maxTokens: 4), seed: 1, dialect: dialect, grammar: grammar)
      return try #require(try JSONSerialization.jsonObject(with: Data(request.body)) as? [String: Any])
    }
    let words = AnswerConstraint(words: ["yes", "no"]).grammar
    let (held, free) = (try body(words), try body(nil))
    let value = (held[key] as? [String: Any])?["grammar"] as? String ?? held[key] as? String
    #expect(value == words)
    #expect(Set(held.keys) == Set(free.keys).union([key]))
  }

  @Test func `a server that cannot hold an answer to words is told apart before it is asked`() async throws {
    let endpoint = try await EndpointMock.shared.endpoint("fine")
    let model = try await Asked.model(endpoint)
    var request = Asked.request
    request.constraint = AnswerConstraint(words: ["yes", "no"])
    let context = try await model.encode(Asked.picture)
    for stream in try await context.respond(to: [request]) {
      await #expect(throws: RemoteFault.self) { for try await _ in stream {} }
    }
    let fault = await #expect(throws: RemoteFault.self) {
      try await model.respond(to: request, scoring: [" MEL"])
    }
    #expect(fault?.kind.exitStatus == 69 && fault?.description.contains("hold answers to words") == true)
    #expect(try await Asked.answers(of: EndpointMock.shared, endpoint).isEmpty)
  }
}

import Faults
import Synchronization
import TestServers
import Testing
import VisionLanguage

@testable import RemoteModel

/// A server that misbehaves in one way, and what comes of it.
struct Misbehaviour: CustomTestStringConvertible, Sendable {
  var behaviour: String
  /// The end of the message, after the host; `nil` when the answer is had all the same.
  var message: String?
  var status: Int32 = 69
  /// Whether only the image fails.
  var failsAlone = true
  /// Requests for an answer until then.
  var requests: Int?

  var testDescription: String { behaviour }

  private static let interrupted =
    " ended an answer before it was finished; some servers do so when another request comes"

  static let all: [Misbehaviour] = [
    // What is had all the same.
    .init(behaviour: "fine", message: nil, requests: 1),
    .init(behaviour: "busyonce", message: nil, requests: 2),
    .init(behaviour: "brokenonce", message: nil, requests: 2),
    .init(behaviour: "loadingonce", message: nil, requests: 2),
    .init(behaviour: "cutonce", message: nil, requests: 2),
    .init(behaviour: "roleonce", message: nil, requests: 2),
    .init(behaviour: "wrongjsononce", message: nil, requests: 2),
    .init(behaviour: "comments", message: nil, requests: 1),
    .init(behaviour: "thinking", message: nil, requests: 1),
    .init(behaviour: "notstream", message: nil, requests: 1),
    .init(behaviour: "nodone", message: nil, requests: 1),
    .init(behaviour: "open", message: nil, requests: 1),
    .init(behaviour: "nousage", message: nil, requests: 1),
    .init(behaviour: "noprefill", message: nil, requests: 1),
    .init(behaviour: "nomodels", message: nil, requests: 1),
    // What no retry helps.
    .init(
      behaviour: "denied",
      message: " answered 401, access denied; give the server's key with --endpoint-key-file: no key",
      failsAlone: false, requests: 0),
    .init(
      behaviour: "forbidden",
      message: " answered 403, access denied; give the server's key with --endpoint-key-file: no key",
      failsAlone: false, requests: 0),
    .init(behaviour: "page", message: " answered with a page (HTML), as no endpoint of models does", requests: 0),
    .init(
      behaviour: "others", message: " has no model stand-in-4b; it offers a, b", status: 78, failsAlone: false,
      requests: 0),
    .init(
      behaviour: "blind", message: " says that stand-in-4b cannot see images; start it with a projector", status: 78,
      failsAlone: false, requests: 0),
    .init(
      behaviour: "badkey",
      message: " answered 401, access denied; give the server's key with --endpoint-key-file: the badkey message",
      failsAlone: false, requests: 1),
    .init(
      behaviour: "gone", message: " answered 404, not found; an endpoint usually ends in /v1: the gone message",
      failsAlone: false, requests: 1),
    .init(
      behaviour: "large", message: " answered 413, the request is too large for it: the large message", requests: 1),
    .init(behaviour: "unprocessable", message: " answered 422: the unprocessable message", requests: 1),
    .init(behaviour: "context", message: " answered 400: the context message", requests: 1),
    .init(behaviour: "teapot", message: " answered 418: the teapot message", requests: 1),
    .init(
      behaviour: "elsewhere", message: " answered 307, a redirect, which is never followed with a picture", requests: 1),
    .init(behaviour: "busy", message: " is busy and asks to come again in 9999 s", requests: 1),
    .init(behaviour: "html", message: " answered with a page (HTML), as no endpoint of models does", requests: 1),
    .init(behaviour: "empty", message: " sent an empty answer", requests: 1),
    .init(
      behaviour: "otherweights", message: " answered as another-model when asked for stand-in-4b", status: 78,
      failsAlone: false, requests: 1),
    .init(behaviour: "list", message: " sent an array where an object was due", requests: 1),
    .init(behaviour: "nochoices", message: " sent an answer without choices", requests: 1),
    .init(behaviour: "manychoices", message: " sent 2 choices where one was asked for", requests: 1),
    .init(behaviour: "tool", message: " called a tool instead of answering", requests: 1),
    .init(behaviour: "number", message: " sent a number as its text", requests: 1),
    .init(behaviour: "filter", message: " withheld the answer (content filter)", requests: 1),
    .init(behaviour: "reason", message: " ended its answer for an unknown reason (because)", requests: 1),
    .init(behaviour: "endless", message: " did not stop after the 4 tokens that were asked for", requests: 1),
    .init(behaviour: "huge", message: " sent an answer of more than 4456448 bytes", requests: 1),
    .init(behaviour: "onandon", message: " went on after the end of its answer", requests: 1),
    // What was tried again in vain.
    .init(behaviour: "broken", message: " answered 500, the server has trouble: the broken message", requests: 4),
    .init(behaviour: "loading", message: " answered 503, the server has trouble: the loading message", requests: 4),
    .init(behaviour: "inside", message: " answered 500, the server has trouble: out of memory", requests: 4),
    .init(behaviour: "cut", message: " broke off in the middle of an answer", requests: 4),
    .init(behaviour: "unfinished", message: interrupted, requests: 4),
    .init(behaviour: "emptychoice", message: interrupted, requests: 4),
    .init(behaviour: "nothing", message: interrupted, requests: 4),
    .init(behaviour: "role", message: interrupted, requests: 4),
    .init(behaviour: "wrongjson", message: " sent what is not JSON", requests: 4),
    .init(behaviour: "twice", message: " sent 4 pieces of an answer of 1 tokens", requests: 4),
    .init(behaviour: "slow", message: " sent nothing for 1 s", requests: 4),
    .init(behaviour: "hang", message: " sent nothing for 1 s", requests: 4),
  ]
}

@Suite struct MisbehaviourTests {
  @Test(arguments: Misbehaviour.all)
  func `what a server does wrong costs an image at most, and the message says what it was`(
    _ expected: Misbehaviour
  ) async throws {
    let server = try await EndpointMock.shared
    let endpoint = server.endpoint(expected.behaviour)
    let host = try RemoteEndpoint(endpoint).host
    do {
      let answer = try await Asked.about(endpoint)
      #expect(expected.message == nil)
      #expect(answer.text == " yes")
      // Counted once, however often it was asked.
      if !["nousage", "notstream", "thinking"].contains(expected.behaviour) {
        #expect(answer.promptTokens == 20 && answer.sharedPromptTokens == 80 && answer.generatedTokens == 1)
      }
    } catch let fault as RemoteFault {
      #expect(expected.message.map { host + $0 } == fault.description)
      #expect(fault.kind.exitStatus == expected.status)
      #expect(fault.failsAlone == expected.failsAlone)
    }
    if let requests = expected.requests {
      #expect(try await Asked.answers(of: server, endpoint).count == requests)
    }
  }

  @Test func `a server that fails every image is left alone after eight`() async throws {
    let endpoint = try await EndpointMock.shared.endpoint("unprocessable")
    let model = try await Asked.model(endpoint)
    var last: RemoteFault?
    for _ in 0..<8 {
      do {
        _ = try await Asked.answer(of: model)
      } catch let fault as RemoteFault {
        last = fault
      }
    }
    let host = try RemoteEndpoint(endpoint).host
    #expect(
      last
        == .gaveUp(failures: 8, last: "\(host) answered 422: the unprocessable message"))
    #expect(last?.failsAlone == false)
  }

  @Test func `a server that ends an answer when another request comes is asked for one at a time`() async throws {
    let server = try await EndpointMock.shared
    let endpoint = server.endpoint("interrupts")
    let told = Mutex<[String]>([])
    var configuration = try Asked.configuration(endpoint)
    configuration.notice = { sentence in told.withLock { $0.append(sentence) } }
    let model = try await RemoteVisionLanguageModel(configuration)
    let texts = try await Asked.answers(8, of: model)
    #expect(texts == [String](repeating: " yes", count: 8))
    let host = try RemoteEndpoint(endpoint).host
    #expect(
      told.withLock { $0 } == [
        "\(host) ends answers early when it is asked for several at once, so requests go there one at a time from now on"
      ])
    // From then on nothing is asked for twice.
    let before = try await Asked.answers(of: server, endpoint).count
    #expect(before > 8)
    #expect(try await Asked.answers(8, of: model).count == 8)
    #expect(try await Asked.answers(of: server, endpoint).count == before + 8)
  }

  @Test func `llama-cpp-python's server is known by its interface, and asked for one answer at a time`() async throws {
    let server = try await EndpointMock.shared
    let endpoint = server.endpoint("python")
    let model = try await Asked.model(endpoint)
    #expect(model.server.program == "llama-cpp-python 0.3.36")
    #expect(model.readings == 1)
    #expect(try await Asked.answers(8, of: model).count == 8)
    #expect(try await Asked.answers(of: server, endpoint).count == 8)
  }

  @Test func `text that came before the connection broke does not come again`() async throws {
    let endpoint = try await EndpointMock.shared.endpoint("cutlate")
    let model = try await Asked.model(endpoint)
    let context = try await model.encode(Asked.picture)
    let request = GenerationRequest(
      prompt: Prompt(text: "Long?", answerPrefix: ""), sampling: .greedy(maxTokens: 12), seed: 1)
    var told = ""
    var whole: Generation?
    for try await event in try await context.respond(to: [request])[0] {
      switch event {
      case .text(let text): told += text
      case .finished(let generation): whole = generation
      }
    }
    #expect(whole?.text == told)
    #expect(whole?.generatedTokens == 12)
  }

  @Test func `dropping a stream ends its request`() async throws {
    let server = try await EndpointMock.shared
    let endpoint = server.endpoint("hang")
    var configuration = try Asked.configuration(endpoint)
    configuration.silentSeconds = 60
    let model = try await RemoteVisionLanguageModel(configuration)
    let context = try await model.encode(Asked.picture)
    let started = ContinuousClock.now
    let task = Task {
      for try await _ in try await context.respond(to: [Asked.request])[0] {}
    }
    try await MockServer.wait(for: "the request") { try await Asked.answers(of: server, endpoint).count == 1 }
    task.cancel()
    _ = await task.result
    // The client's slot is free again, which needs the connection closed.
    #expect(ContinuousClock.now - started < .seconds(20))
  }
}

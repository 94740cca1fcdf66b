import Foundation
import Synchronization
import Transfer

/// An answer as its bytes arrive, on the exchange's thread.
final class IncomingAnswer: Sendable {
  /// The answer is complete; the rest of the body is not waited for.
  struct Done: Error {}

  private struct State {
    var answer: ChatAnswer
    var events = EventStreamParser()
    /// A body that is no stream of events.
    var whole: [UInt8] = []
    var received = 0
    /// Whether the answer comes as events; `nil` before its first bytes.
    var isStream: Bool?
  }

  private let state: Mutex<State>
  private let host: String
  private let tokens: Int
  private let beginning: String?
  private let told: TextOnce

  /// Bytes of an answer apart from its tokens, and bytes per token with its alternatives.
  private static let allowance = (fixed: 4 << 20, token: 64 << 10)
  /// Pieces beyond the limit of tokens: servers may begin with an empty one and split the last.
  private static let sparePieces = 8

  init(host: String, tokens: Int, beginning: String?, _ told: TextOnce) {
    self.host = host
    self.tokens = tokens
    self.beginning = beginning
    self.told = told
    state = Mutex(State(answer: ChatAnswer(host: host)))
  }

  var answer: ChatAnswer { state.withLock { $0.answer } }
  /// Whether something of the answer has come.
  var hasBegun: Bool { state.withLock { $0.received > 0 } }
  /// The body of a refusal.
  var refusal: [UInt8] { state.withLock { $0.whole } }

  /// - Throws: `RemoteFault`; `Done`.
  func take(_ bytes: UnsafeRawBufferPointer, of response: ClientResponse) throws {
    let (text, isDone): (String, Bool) = try state.withLock { state in
      let most = Self.allowance.fixed + tokens * Self.allowance.token
      state.received += bytes.count
      guard state.received <= most else { throw RemoteFault.tooLarge(host: host, bytes: most) }
      let isStream =
        state.isStream ?? (response.isSuccess && Self.mediaType(of: response) == "text/event-stream")
      state.isStream = isStream
      guard isStream else {
        state.whole += bytes
        return ("", false)
      }
      var text = ""
      for event in state.events.take(bytes) {
        if event == Array("[DONE]".utf8) { return (text, true) }
        text += try state.answer.take(event)
        guard state.answer.pieces <= tokens + Self.sparePieces else {
          throw RemoteFault.endless(host: host, tokens: tokens)
        }
      }
      return (text, false)
    }
    if !text.isEmpty { told.take(text) }
    if isDone { throw Done() }
  }

  /// The answer when its body has ended.
  ///
  /// - Throws: `RemoteFault.wrongAnswer`.
  func end(_ response: ClientResponse) throws -> ChatAnswer {
    let type = Self.mediaType(of: response)
    let text: String = try state.withLock { state in
      if type == "text/event-stream" {
        guard let last = state.events.finish(), last != Array("[DONE]".utf8) else { return "" }
        return try state.answer.take(last)
      }
      guard type != "text/html" else {
        throw RemoteFault.wrongAnswer(host: host, reason: "answered with a page (HTML), as no endpoint of models does")
      }
      guard !state.whole.isEmpty else { throw RemoteFault.wrongAnswer(host: host, reason: "sent an empty answer") }
      _ = try state.answer.take(state.whole)
      state.answer.drop(beginning: beginning)
      return state.answer.text
    }
    if !text.isEmpty { told.take(text) }
    return answer
  }

  private static func mediaType(of response: ClientResponse) -> String {
    let header = response.header("content-type") ?? ""
    return (header.split(separator: ";").first.map(String.init) ?? "").trimmingCharacters(in: .whitespaces).lowercased()
  }
}

/// A small body as it comes.
final class Received: Sendable {
  private let storage = Mutex<[UInt8]>([])
  private let limit: Int

  init(limit: Int) { self.limit = limit }

  var bytes: [UInt8] { storage.withLock { $0 } }

  func append(_ bytes: UnsafeRawBufferPointer) throws {
    try storage.withLock { storage in
      guard bytes.count <= limit - storage.count else {
        throw TransferFault.tooLarge(url: "its description", limit: limit)
      }
      storage += bytes
    }
  }
}

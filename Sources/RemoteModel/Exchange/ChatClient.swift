import Foundation
import JSON
import Synchronization
import Transfer
import VisionLanguage

/// Sends requests to a server: retried, bounded, and never two answers for one.
final class ChatClient: Sendable {
  let endpoint: RemoteEndpoint
  private let key: AccessKey?
  private let http: HTTPClient
  private let failuresInARow = Mutex(0)
  private let gate = RequestGate(most: ChatClient.atOnce)
  private let notice: @Sendable (String) -> Void

  /// Requests under way at once unless the server says how many it takes.
  static let atOnce = 32
  /// Failures in a row, each after its retries, after which nothing more is tried.
  static let mostFailures = 8
  /// How servers refuse a request for log-probabilities.
  static let scoreRefusals = [400, 422, 501]
  private static let largestDescription = 4 << 20

  init(
    _ endpoint: RemoteEndpoint, key: AccessKey?, http: HTTPClient,
    notice: @escaping @Sendable (String) -> Void = { _ in }
  ) {
    self.endpoint = endpoint
    self.key = key
    self.http = http
    self.notice = notice
  }

  /// Sets how many requests may be under way at once.
  func limit(to count: Int) { gate.limit(to: count) }

  /// The server's answer to one request.
  ///
  /// - Parameters:
  ///   - request: what is asked.
  ///   - piece: gets the text as it comes. After a retry it gets only what goes beyond what it has got, so that nothing
  ///     comes twice.
  /// - Throws: `RemoteFault`, `CancellationError`.
  func answer(
    to request: ChatRequest, piece: @escaping @Sendable (String) -> Void = { _ in }
  ) async throws -> (answer: ChatAnswer, generation: Generation) {
    let told = TextOnce(piece)
    let body = request.body
    let isOptional = request.alternatives != nil
    return try await counted(unless: isOptional ? Self.scoreRefusals : []) {
      try await self.http.retries.run { _ in
        try await self.gate.pass {
          told.restart()
          do {
            let answer = try await self.exchange(body, of: request, told)
            return (answer, try answer.finished(asked: request.model))
          } catch let fault as RemoteFault where fault.isInterruption {
            self.noteInterruption()
            throw fault
          }
        }
      }
    }
  }

  private func noteInterruption() {
    guard gate.interrupted() else { return }
    notice(
      "\(endpoint.host) ends answers early when it is asked for several at once, so requests go there one at a time from now on"
    )
  }

  /// What a server tells about itself under a path; `nil` where it has no such path.
  ///
  /// - Parameters:
  ///   - address: where.
  ///   - question: the body of a POST; `nil` for a GET.
  /// - Throws: `RemoteFault` when it cannot be reached or denies access; `CancellationError`.
  func description(at address: String, of question: JSONValue? = nil) async throws -> JSONValue? {
    var request = ClientRequest(address)
    if let question {
      request.method = .post(Array(question.text.utf8))
      request.headers["Content-Type"] = "application/json"
    }
    let prepared = prepared(request)
    return try await description(prepared)
  }

  private func description(_ request: ClientRequest) async throws -> JSONValue? {
    try await faulty {
      try await self.http.retries.run { _ in
        let body = Received(limit: Self.largestDescription)
        let response = try await self.http.exchange(request, following: .none) {
          _, bytes in try body.append(bytes)
        }
        if [401, 403].contains(response.status) { throw self.refusal(response, body.bytes) }
        if [429, 502, 503].contains(response.status) { try self.check(response, body.bytes) }
        guard response.isSuccess else { return nil }
        return try? JSONParser.parse(body.bytes, deepest: 32)
      }
    }
  }

  // MARK: One exchange

  private func exchange(_ body: [UInt8], of asked: ChatRequest, _ told: TextOnce) async throws -> ChatAnswer {
    var request = ClientRequest(endpoint.base + "/chat/completions", method: .post(body))
    request.headers["Content-Type"] = "application/json"
    request.headers["Accept"] = "text/event-stream, application/json"
    let incoming = IncomingAnswer(
      host: endpoint.host, tokens: asked.sampling.maxTokens, beginning: asked.answerPrefix, told)
    let response: ClientResponse
    do {
      response = try await http.exchange(prepared(request), following: .none) { response, bytes in
        try incoming.take(bytes, of: response)
      }
    } catch is IncomingAnswer.Done {
      return incoming.answer
    } catch let fault as TransferFault {
      // The connection broke, but the answer was there.
      if incoming.answer.stopReason != nil { return incoming.answer }
      throw passing(fault, begun: incoming.hasBegun)
    }
    try check(response, incoming.refusal)
    return try incoming.end(response)
  }

  private func prepared(_ request: ClientRequest) -> ClientRequest {
    var request = request
    if let key { request.headers["Authorization"] = key.authorization }
    request.wantsRefusals = true
    // A proxy would carry to another machine what is meant for this one.
    request.bypassesProxies = endpoint.isThisMachine
    return request
  }

  private func refusal(_ response: ClientResponse, _ body: [UInt8]) -> RemoteFault {
    ServerError(body: body).fault(host: endpoint.host, status: response.status)
  }

  private func check(_ response: ClientResponse, _ body: [UInt8]) throws {
    guard !response.isSuccess else { return }
    let fault = refusal(response, body)
    if fault.isTransient, let seconds = response.header("retry-after").flatMap({ RetryAfter.seconds($0) }) {
      throw RetryLater(fault: fault, host: endpoint.host, seconds: seconds)
    }
    throw fault
  }

  // MARK: Failures

  private func passing(_ fault: TransferFault, begun: Bool) -> RemoteFault {
    switch fault {
    case .stalled(_, let seconds): .silent(host: endpoint.host, seconds: seconds)
    case .tooBusy(_, let seconds): .tooBusy(host: endpoint.host, seconds: seconds)
    case .unreachable where begun: .cut(host: endpoint.host)
    case .unreachable(_, let reason), .untrusted(_, let reason): .unreachable(host: endpoint.host, reason: reason)
    default: .unreachable(host: endpoint.host, reason: fault.description)
    }
  }

  /// Faults in this module's words, without the key.
  private func faulty<Value>(_ body: () async throws -> Value) async throws -> Value {
    do {
      return try await body()
    } catch let fault as TransferFault {
      throw passing(fault, begun: false)
    } catch RemoteFault.refused(let host, let status, let message) {
      throw RemoteFault.refused(host: host, status: status, message: key?.removed(from: message) ?? message)
    } catch RemoteFault.otherModel(let host, let asked, let answered) {
      throw RemoteFault.otherModel(host: host, asked: asked, answered: key?.removed(from: answered) ?? answered)
    }
  }

  /// Counts failures: a server that fails every image is not asked for thousands more.
  ///
  /// - Parameter expected: statuses of refusals that are no failures.
  private func counted<Value>(
    unless expected: [Int], _ body: () async throws -> Value
  ) async throws -> Value {
    do {
      let value = try await faulty(body)
      failuresInARow.withLock { $0 = 0 }
      return value
    } catch let fault as RemoteFault where fault.failsAlone {
      if case .refused(_, let status, _) = fault, expected.contains(status) { throw fault }
      let failures = failuresInARow.withLock {
        $0 += 1
        return $0
      }
      if failures >= Self.mostFailures { throw RemoteFault.gaveUp(failures: failures, last: fault.description) }
      throw fault
    }
  }
}

/// Hands text on, but never what was handed on before.
final class TextOnce: Sendable {
  private struct State {
    var told = ""
    var now = ""
  }

  private let state = Mutex(State())
  private let piece: @Sendable (String) -> Void

  init(_ piece: @escaping @Sendable (String) -> Void) { self.piece = piece }

  /// The answer starts over.
  func restart() { state.withLock { $0.now = "" } }

  /// Text of the answer under way. If it differs from what was told before, nothing more is told: the finished answer is
  /// what counts.
  func take(_ text: String) {
    let new: String = state.withLock { state in
      state.now += text
      guard state.now.utf8.count > state.told.utf8.count, state.now.hasPrefix(state.told) else { return "" }
      defer { state.told = state.now }
      return String(state.now.dropFirst(state.told.count))
    }
    if !new.isEmpty { piece(new) }
  }
}

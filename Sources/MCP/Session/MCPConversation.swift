import Concurrency
import JSON
import Synchronization

/// One client on a stream of lines: what `dermgemma mcp` speaks on standard input and output.
///
/// Requests are carried out at the same time, up to ``MCPServer/requestsAtOnce``; each answer is written as soon as it is there.
public final class MCPConversation: Sendable {
  /// A line of input.
  public enum Input: Sendable {
    /// A line without its end.
    case line([UInt8])
    /// A line that is longer than this many bytes; it is left out.
    case tooLong(limit: Int)
  }

  /// How the conversation began, which decides the revision of the rest.
  private enum Era: Sendable {
    case open
    case handshake(ProtocolRevision)
    case modern
  }

  private struct Flow: Sendable {
    /// Messages that are not written yet.
    var unwritten = 0
    /// Bytes of the lines whose requests are under way.
    var bytes = 0
  }

  /// Messages that may wait to be written; a client that reads nothing is not listened to.
  private static let unwrittenMost = 256
  /// Bytes of unanswered lines, above which a request is refused.
  private static let heldBytes = 256 << 20

  private let server: MCPServer
  private let desk = RequestDesk()
  private let era = Mutex(Era.open)
  private let flow = Monitor(Flow())

  /// A conversation that has not begun.
  public init(_ server: MCPServer) { self.server = server }

  /// Answers until the input ends and everything is answered.
  ///
  /// - Parameters:
  ///   - ready: fails when nothing can be read at all, which ends the conversation.
  ///   - next: gives the next line; `nil` at the end.
  ///   - write: writes a message, one at a time.
  /// - Throws: what the closures throw; `CancellationError`.
  public func run(
    ready: @escaping @Sendable () async throws -> Void = {},
    next: @escaping @Sendable () async throws -> Input?, write: @escaping @Sendable (String) async throws -> Void
  ) async throws {
    let (messages, continuation) = AsyncStream<JSONValue>.makeStream()
    let send: @Sendable (JSONValue) -> Void = { [flow] message in
      flow.change { $0.unwritten += 1 }
      continuation.yield(message)
    }
    try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask { try await ready() }
      group.addTask { [self] in
        try await withThrowingTaskGroup(of: Void.self) { requests in
          while true {
            await flow.wait { $0.unwritten < Self.unwrittenMost }
            try Task.checkCancellation()
            guard let input = try await next() else { break }
            take(input, send) { work in requests.addTask { await work() } }
          }
          for try await _ in requests {}
          try Task.checkCancellation()
        }
        continuation.finish()
      }
      group.addTask { [flow] in
        for await message in messages {
          try await write(message.text)
          flow.change { $0.unwritten -= 1 }
        }
        try Task.checkCancellation()
      }
      // Not `waitForAll`, which lets the others go on when one throws.
      for try await _ in group {}
    }
  }

  /// Answers a line at once, or hands on the work that answers it.
  private func take(
    _ input: Input, _ send: @escaping @Sendable (JSONValue) -> Void,
    _ begin: (@escaping @Sendable () async -> Void) -> Void
  ) {
    let bytes: [UInt8]
    switch input {
    case .line(let line): bytes = line
    case .tooLong(let limit):
      send(JSONRPCText.error(JSONRPCFault(.invalidRequest, "the line is longer than \(limit >> 20) MiB"), of: nil))
      return
    }
    if bytes.allSatisfy({ $0 == 32 || $0 == 9 || $0 == 13 }) { return }
    do throws(JSONRPCFault) {
      switch try JSONRPCInput(bytes) {
      case .one(let message):
        let work = desk.work(for: message) { self.work(for: $0, size: bytes.count, send) }
        guard let work else { return }
        begin { if let answer = await work() { send(answer) } }
      case .batch(let messages):
        guard case .handshake(let revision) = era.withLock({ $0 }), revision.hasBatches else {
          throw JSONRPCFault(.invalidRequest, "send one message a line: batches belong to revision 2025-03-26")
        }
        guard (1...MCPServer.requestsAtOnce).contains(messages.count) else {
          throw JSONRPCFault(.invalidRequest, "a batch has 1 to \(MCPServer.requestsAtOnce) messages")
        }
        let work = messages.compactMap { message in
          desk.work(for: message) { self.work(for: $0, size: bytes.count / messages.count, send) }
        }
        guard !work.isEmpty else { return }
        begin {
          let answers = await Self.answers(of: work)
          if !answers.isEmpty { send(.array(answers)) }
        }
      }
    } catch {
      send(JSONRPCText.error(error, of: nil))
    }
  }

  typealias Work = @Sendable () async -> JSONValue?

  /// The answers of a batch, in the order of its requests.
  static func answers(of work: [Work]) async -> [JSONValue] {
    await withTaskGroup(of: (Int, JSONValue?).self) { group in
      for (place, one) in work.enumerated() { group.addTask { (place, await one()) } }
      var answers = [JSONValue?](repeating: nil, count: work.count)
      for await (place, answer) in group { answers[place] = answer }
      return answers.compactMap { $0 }
    }
  }

  /// What answers a request.
  private func work(
    for request: JSONRPCRequest, size: Int, _ send: @escaping @Sendable (JSONValue) -> Void
  ) -> Work {
    do throws(JSONRPCFault) {
      if request.method == "initialize" {
        let result = try initialize(request.params)
        return { JSONRPCText.result(result, of: request.id) }
      }
      let revision = try revision(of: request)
      guard flow.read({ $0.bytes + size <= Self.heldBytes || $0.bytes == 0 }) else {
        throw JSONRPCFault(.busy, "\(Self.heldBytes >> 20) MiB of requests are under way; wait for an answer")
      }
      flow.read { $0.bytes += size }
      let context = MCPServer.Context(revision: revision, client: "", notify: send)
      let work = desk.begin(request) { [server] in try await server.result(of: request, in: context) }
      return { [flow] in
        defer { flow.read { $0.bytes -= size } }
        return await work()
      }
    } catch {
      return { JSONRPCText.error(error, of: request.id) }
    }
  }

  private func initialize(_ params: JSONValue) throws(JSONRPCFault) -> JSONValue {
    let (result, revision) = try server.initialized(params)
    let fault = era.withLock { era -> JSONRPCFault? in
      switch era {
      case .open:
        era = .handshake(revision)
        return nil
      case .handshake: return JSONRPCFault(.invalidRequest, "initialize came already")
      case .modern: return .unsupportedVersion(params["protocolVersion"]?.string ?? "")
      }
    }
    if let fault { throw fault }
    return result
  }

  private func revision(of request: JSONRPCRequest) throws(JSONRPCFault) -> ProtocolRevision {
    let isEnveloped = RequestEnvelope.isThere(in: request.params)
    switch era.withLock({ $0 }) {
    case .modern: return try RequestEnvelope.revision(of: request.params)
    case .handshake(let revision):
      guard !isEnveloped else {
        throw JSONRPCFault(.invalidRequest, "this conversation began with initialize, at \(revision.rawValue)")
      }
      return revision
    case .open:
      if isEnveloped || request.method == "server/discover" {
        let revision = try RequestEnvelope.revision(of: request.params)
        era.withLock { $0 = .modern }
        return revision
      }
      guard request.method == "ping" else {
        throw JSONRPCFault(
          .invalidRequest, "begin with initialize, or say the revision in params._meta of each request (2026-07-28)")
      }
      return .latestHandshake
    }
  }
}

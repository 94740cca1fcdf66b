import Foundation
import JSON
import Synchronization

/// Streamable HTTP: one message or batch a request, answered by a document or by a stream of events.
///
/// A client of the handshake's revisions gets a session, by which it can cancel; one of 2026-07-28 has none.
public final class MCPEndpoint: Sendable {
  /// A request's parts that matter here.
  public struct Request: Sendable {
    /// The values of a header field, given in lower case.
    public var values: @Sendable (String) -> [String]
    /// The body.
    public var body: [UInt8]
    /// Whose turn it is in the queue.
    public var client: String

    /// A request.
    public init(client: String, body: [UInt8], values: @escaping @Sendable (String) -> [String]) {
      (self.client, self.body, self.values) = (client, body, values)
    }
  }

  /// What a request is answered with.
  public enum Answer: Sendable {
    /// 202: nothing is owed.
    case accepted
    /// A document of JSON; the session that it begins.
    case document(status: Int, text: String, session: String?)
    /// A stream: each text is one event's data, and the last is the answer.
    case stream(@Sendable (_ send: @escaping @Sendable (String) -> Void) async -> Void)
  }

  final class Session: Sendable {
    let id = UUID().uuidString.lowercased()
    let revision: ProtocolRevision
    let desk = RequestDesk()
    let used = Mutex(ContinuousClock.now)

    init(_ revision: ProtocolRevision) { self.revision = revision }
  }

  /// Sessions that are kept; the one that was used longest ago makes room.
  static let sessionsKept = 256
  /// How long an unused session is kept.
  static let sessionKept = Duration.seconds(3_600)
  private static let (versionField, sessionField) = ("mcp-protocol-version", "mcp-session-id")

  private let server: MCPServer
  private let sessions = Mutex<[String: Session]>([:])

  /// An endpoint.
  public init(_ server: MCPServer) { self.server = server }

  /// Answers a request.
  public func answer(_ request: Request) async -> Answer {
    do throws(JSONRPCFault) {
      let input = try JSONRPCInput(request.body)
      let stated = request.values(Self.versionField)
      guard stated.count <= 1 else { throw JSONRPCFault(.headerMismatch, "MCP-Protocol-Version is there twice") }
      if case .one(.request(let one)) = input, RequestEnvelope.isThere(in: one.params) {
        return try await modern(one, request)
      }
      if let version = stated.first {
        guard let revision = ProtocolRevision(rawValue: version) else { throw .unsupportedVersion(version) }
        if !revision.hasHandshake {
          guard case .one(let message) = input else {
            throw JSONRPCFault(.invalidRequest, "send one message: batches belong to revision 2025-03-26")
          }
          if case .request(let one) = message { return try await modern(one, request) }
          if case .invalid(_, let fault) = message { throw fault }
          return .accepted
        }
      }
      return try await handshake(input, request)
    } catch {
      return Self.refused(error)
    }
  }

  /// Ends a session; `false` for one that is not there.
  public func end(session id: String) -> Bool { sessions.withLock { $0.removeValue(forKey: id) } != nil }

  // MARK: Revision 2026-07-28

  private func modern(_ one: JSONRPCRequest, _ request: Request) async throws(JSONRPCFault) -> Answer {
    let revision: ProtocolRevision
    do throws(JSONRPCFault) {
      if RequestEnvelope.isThere(in: one.params) { try RoutingHeaders.check(one, request.values) }
      revision = try RequestEnvelope.revision(of: one.params)
    } catch {
      return Self.refused(error, one.id)
    }
    return await answer(one, revision, RequestDesk(), request)
  }

  // MARK: Revisions with a handshake

  private func handshake(_ input: JSONRPCInput, _ request: Request) async throws(JSONRPCFault) -> Answer {
    if case .one(.request(let one)) = input, one.method == "initialize" {
      let (result, revision) = try server.initialized(one.params)
      let session = begin(revision)
      return .document(status: 200, text: JSONRPCText.result(result, of: one.id).text, session: session.id)
    }
    let session = try session(of: request)
    let stated = request.values(Self.versionField).first.flatMap(ProtocolRevision.init)
    // Who sends no version speaks the revision that had no such field yet (2025-06-18, transports).
    let revision = session?.revision ?? stated ?? .march2025
    let desk = session?.desk ?? RequestDesk()
    switch input {
    case .one(.request(let one)): return await answer(one, revision, desk, request)
    case .one(.invalid(let id, let fault)): return Self.refused(fault, id)
    case .one(.notification(let method, let params)):
      if method == "notifications/cancelled" { desk.cancel(params) }
      return .accepted
    case .one(.response): return .accepted
    case .batch(let messages):
      guard revision.hasBatches, (1...MCPServer.requestsAtOnce).contains(messages.count) else {
        throw JSONRPCFault(
          .invalidRequest,
          "send one message: batches belong to revision 2025-03-26, up to "
            + "\(MCPServer.requestsAtOnce) messages")
      }
      let context = MCPServer.Context(revision: revision, client: request.client) { _ in }
      let work = messages.compactMap { message in
        desk.work(for: message) { [server] one in
          desk.begin(one) { try await server.result(of: one, in: context) }
        }
      }
      let answers = await MCPConversation.answers(of: work)
      if answers.isEmpty { return .accepted }
      let isUnderstood = messages.contains { if case .invalid = $0 { false } else { true } }
      return .document(status: isUnderstood ? 200 : 400, text: JSONValue.array(answers).text, session: nil)
    }
  }

  private func begin(_ revision: ProtocolRevision) -> Session {
    let session = Session(revision)
    let limit = ContinuousClock.now - Self.sessionKept
    sessions.withLock { sessions in
      sessions = sessions.filter { $0.value.used.withLock { $0 } > limit }
      if sessions.count >= Self.sessionsKept,
        let oldest = sessions.values.min(by: { $0.used.withLock { $0 } < $1.used.withLock { $0 } })
      {
        sessions[oldest.id] = nil
      }
      sessions[session.id] = session
    }
    return session
  }

  private func session(of request: Request) throws(JSONRPCFault) -> Session? {
    guard let id = request.values(Self.sessionField).first else { return nil }
    guard let session = sessions.withLock({ $0[id] }) else {
      throw JSONRPCFault(.sessionNotFound, "Session not found; begin with initialize")
    }
    session.used.withLock { $0 = .now }
    return session
  }

  // MARK: Answers

  /// Tools are answered by a stream where the client takes one: it shows progress, and keeps proxies from giving up.
  private func answer(
    _ one: JSONRPCRequest, _ revision: ProtocolRevision, _ desk: RequestDesk, _ request: Request
  ) async -> Answer {
    let takesStream = request.values("accept").contains { $0.lowercased().contains("text/event-stream") }
    let server = server
    let run: @Sendable (@escaping @Sendable (JSONValue) -> Void) async -> JSONValue = { notify in
      let context = MCPServer.Context(revision: revision, client: request.client, notify: notify)
      let answer = await desk.begin(one) { try await server.result(of: one, in: context) }()
      // A request over HTTP is always owed an end.
      return answer ?? JSONRPCText.error(JSONRPCFault(.cancelled, "the request was cancelled"), of: one.id)
    }
    if takesStream, one.method == "tools/call", one.params["name"]?.string != nil {
      return .stream { send in
        let last = await run { send($0.text) }
        send(last.text)
      }
    }
    let document = await run { _ in }
    return .document(status: Self.status(of: document), text: document.text, session: nil)
  }

  private static func status(of document: JSONValue) -> Int {
    guard case .number(let digits) = document["error"]?["code"], let code = Int(digits),
      let known = JSONRPCFault.Code(rawValue: code)
    else { return 200 }
    return JSONRPCFault(known, "").httpStatus
  }

  private static func refused(_ fault: JSONRPCFault, _ id: JSONRPCID? = nil) -> Answer {
    .document(status: fault.httpStatus, text: JSONRPCText.error(fault, of: id).text, session: nil)
  }
}

import JSON
import Synchronization

/// The requests of one client that are under way, by their ids.
final class RequestDesk: Sendable {
  private let running = Mutex<[JSONRPCID: Task<JSONValue, any Error>]>([:])

  /// Begins a request at once, so that it can be cancelled from now on.
  ///
  /// - Returns: waits for the whole answer; `nil` when the request was cancelled, which no answer is owed to.
  func begin(
    _ request: JSONRPCRequest, _ work: @escaping @Sendable () async throws -> JSONValue
  ) -> @Sendable () async -> JSONValue? {
    let id = request.id
    let task: Task<JSONValue, any Error>
    do throws(JSONRPCFault) {
      task = try enter(id, work)
    } catch {
      return { JSONRPCText.error(error, of: id) }
    }
    return { [self] in
      let outcome = await withTaskCancellationHandler {
        await task.result
      } onCancel: {
        task.cancel()
      }
      running.withLock { $0[id] = nil }
      switch outcome {
      case .success(let result): return JSONRPCText.result(result, of: id)
      case .failure(let fault as JSONRPCFault): return JSONRPCText.error(fault, of: id)
      case .failure(is CancellationError): return nil
      case .failure(let error): return JSONRPCText.error(JSONRPCFault(.internalError, "\(error)"), of: id)
      }
    }
  }

  private func enter(
    _ id: JSONRPCID, _ work: @escaping @Sendable () async throws -> JSONValue
  ) throws(JSONRPCFault) -> Task<JSONValue, any Error> {
    let entered = running.withLock { running -> Result<Task<JSONValue, any Error>, JSONRPCFault> in
      guard running[id] == nil else {
        return .failure(JSONRPCFault(.invalidRequest, "another request with this id is under way"))
      }
      guard running.count < MCPServer.requestsAtOnce else {
        return .failure(
          JSONRPCFault(.busy, "\(MCPServer.requestsAtOnce) requests are under way; wait for an answer"))
      }
      let task = Task { try await work() }
      running[id] = task
      return .success(task)
    }
    return try entered.get()
  }

  /// What answers a message; `nil` for one that is owed no answer.
  ///
  /// - Parameter take: what answers a request.
  func work(
    for message: JSONRPCMessage, take: (JSONRPCRequest) -> MCPConversation.Work
  ) -> MCPConversation.Work? {
    switch message {
    case .response: return nil
    case .invalid(let id, let fault): return { JSONRPCText.error(fault, of: id) }
    case .notification(let method, let params):
      if method == "notifications/cancelled" { cancel(params) }
      return nil
    case .request(let request): return take(request)
    }
  }

  /// Ends a request, as `notifications/cancelled` asks for it; an id that is not under way is ignored.
  func cancel(_ params: JSONValue) {
    guard let id = JSONRPCID(params["requestId"]) else { return }
    running.withLock { $0[id] }?.cancel()
  }
}

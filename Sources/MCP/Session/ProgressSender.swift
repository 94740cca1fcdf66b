import JSON
import Synchronization

/// Tells a client how far its request is, if it asked to be told. The numbers only grow, as the protocol wants it.
final class ProgressSender: Sendable {
  private let token: JSONValue?
  private let context: MCPServer.Context
  private let last = Mutex(-1.0)

  init(_ request: JSONRPCRequest, _ context: MCPServer.Context) {
    self.context = context
    switch request.params["_meta"]?["progressToken"] {
    case .some(let token) where JSONRPCID(token) != nil: self.token = token
    default: token = nil
    }
  }

  /// Sends a notification.
  func send(_ done: Double, of total: Double, _ message: String) {
    guard let token else { return }
    // With the lock held, so that two threads cannot change places on the way out.
    last.withLock { last in
      guard done > last else { return }
      last = done
      var params = JSONValue.members(["progressToken": token, "progress": .real(done), "total": .real(total)])
      if context.revision.hasAnnotations { params.append(JSONMember(key: "message", value: .string(message))) }
      context.notify(JSONRPCText.notification("notifications/progress", .object(params)))
    }
  }
}

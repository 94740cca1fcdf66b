import Faults

/// A server that cannot run as asked.
public enum ServerFault: Fault, Equatable {
  /// The address and port cannot be listened on.
  case cannotListen(host: String, port: Int, reason: String)

  public var kind: FaultKind { .unavailable }

  public var description: String {
    switch self {
    case .cannotListen(let host, let port, let reason): "Cannot listen on \(host), port \(port): \(reason)"
    }
  }
}

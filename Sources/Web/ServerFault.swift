import Faults

/// A server that cannot run as asked.
public enum ServerFault: Fault, Equatable {
  /// The address and port cannot be listened on.
  case cannotListen(host: String, port: Int, reason: String)
  /// A file that the server was started with cannot be used.
  case unusableFile(path: String, reason: String)
  /// libmicrohttpd refused to start; its own words.
  case cannotStart(reason: String)

  public var kind: FaultKind {
    switch self {
    case .cannotListen, .cannotStart: .unavailable
    case .unusableFile: .missingInput
    }
  }

  public var description: String {
    switch self {
    case .cannotListen(let host, let port, let reason): "Cannot listen on \(host), port \(port): \(reason)"
    case .unusableFile(let path, let reason): "\(path): \(reason)"
    case .cannotStart(let reason): "The HTTP server did not start: \(reason)"
    }
  }
}

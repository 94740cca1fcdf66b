import Faults
import TextOutput

/// Why something could not be downloaded or stored.
public enum TransferFault: TransientFault, Equatable {
  /// The address is not one of http or https.
  case badAddress(String)
  /// No connection, or one that broke and could not be resumed.
  case unreachable(host: String, reason: String)
  /// The server stopped sending.
  case stalled(host: String, seconds: Int)
  /// The server refused the request.
  case refused(url: String, status: Int)
  /// The server asks us to wait longer than we are willing to.
  case tooBusy(host: String, seconds: Int)
  /// The server's certificate is not one to trust.
  case untrusted(host: String, reason: String)
  /// Redirects without an end, or from https to http.
  case badRedirect(url: String, reason: String)
  /// The server sent something other than what was asked for.
  case wrongAnswer(name: String, reason: String)
  /// More or fewer bytes than announced.
  case wrongSize(name: String, expected: Int64, found: Int64)
  /// Other bytes than announced.
  case wrongDigest(name: String, expected: String, found: String)
  /// The disk has no room.
  case noSpace(folder: String, needed: Int64, free: Int64)
  /// A file or folder could not be written.
  case unwritable(path: String, reason: String)
  /// More bytes than such an answer may have.
  case tooLarge(url: String, limit: Int)

  public var kind: FaultKind {
    switch self {
    case .badAddress: .usage
    case .wrongDigest: .unusableWeights
    case .noSpace, .unwritable: .unwritableOutput
    default: .unavailable
    }
  }

  public var description: String {
    switch self {
    case .badAddress(let url): "\(url): not an http or https address"
    case .unreachable(let host, let reason): "\(host) cannot be reached (\(reason))"
    case .stalled(let host, let seconds): "\(host) sent nothing for \(seconds) s; run the command again to resume"
    case .refused(let url, let status): "\(url) answered \(status)\(Self.meaning(of: status))"
    case .tooBusy(let host, let seconds): "\(host) asks to retry in \(seconds) s; run the command again then"
    case .untrusted(let host, let reason): "\(host): \(reason)"
    case .badRedirect(let url, let reason): "\(url): \(reason)"
    case .wrongAnswer(let name, let reason): "\(name): \(reason)"
    case .wrongSize(let name, let expected, let found):
      "\(name): \(found) bytes came where \(expected) were announced"
    case .wrongDigest(let name, let expected, let found):
      "\(name): SHA-256 \(found) where \(expected) was expected; the file was discarded"
    case .noSpace(let folder, let needed, let free):
      "\(folder): \(ByteCount.text(needed)) are needed and \(ByteCount.text(free)) free"
    case .unwritable(let path, let reason): "\(path): cannot be written (\(reason))"
    case .tooLarge(let url, let limit): "\(url): the answer is larger than \(ByteCount.text(Int64(limit)))"
    }
  }

  private static func meaning(of status: Int) -> String {
    switch status {
    case 401, 403: ", access denied"
    case 404: ", not found"
    case 416: ", no such range"
    case 429: ", too many requests"
    case 500...599: ", a server error"
    default: ""
    }
  }

  /// Whether trying again may help.
  public var isTransient: Bool {
    switch self {
    case .unreachable, .stalled: true
    case .refused(_, let status): [408, 429, 500, 502, 503, 504].contains(status)
    default: false
    }
  }
}

import Faults
import Transfer

/// What can go wrong between an examination and a server's answer.
public enum RemoteFault: TransientFault, Equatable {
  /// The address cannot be used.
  case badAddress(reason: String)
  /// The key cannot be used.
  case badKey(origin: String, reason: String)
  /// The server is another machine, and pictures may not leave this one.
  case notAllowed(host: String)
  /// The server offers other models than the one that was asked for, or several when none was.
  case noSuchModel(host: String, model: String?, offered: [String])
  /// The server answered for another model.
  case otherModel(host: String, asked: String, answered: String)
  /// The server refused a request.
  case refused(host: String, status: Int, message: String)
  /// The server's answer is not what the interface says.
  case wrongAnswer(host: String, reason: String)
  /// The server's answer is damaged, which may be the connection's doing.
  case garbled(host: String, reason: String)
  /// The answer broke off.
  case cut(host: String)
  /// The server ended the answer before it was finished.
  case interrupted(host: String)
  /// The answer did not end where it had to.
  case endless(host: String, tokens: Int)
  /// The answer is larger than any that was asked for.
  case tooLarge(host: String, bytes: Int)
  /// No connection.
  case unreachable(host: String, reason: String)
  /// Nothing came for too long.
  case silent(host: String, seconds: Int)
  /// The server asks to wait for longer than we are willing to.
  case tooBusy(host: String, seconds: Int)
  /// The server failed again and again.
  case gaveUp(failures: Int, last: String)
  /// The model does not see.
  case blind(host: String, model: String)
  /// The server cannot hold an answer to words.
  case unheld(host: String)

  public var kind: FaultKind {
    switch self {
    case .badAddress, .notAllowed: .usage
    case .badKey: .missingInput
    case .noSuchModel, .otherModel, .blind: .unusableWeights
    default: .unavailable
    }
  }

  public var failsAlone: Bool {
    switch self {
    case .refused(_, let status, _): ![401, 403, 404, 405].contains(status)
    case .wrongAnswer, .garbled, .cut, .interrupted, .endless, .tooLarge, .unreachable, .silent, .tooBusy: true
    default: false
    }
  }

  public var isTransient: Bool {
    switch self {
    case .refused(_, let status, _): [408, 429, 500, 502, 503, 504].contains(status)
    case .garbled, .cut, .interrupted, .unreachable, .silent: true
    default: false
    }
  }

  /// Whether the server itself ended the answer early, as some do when another request comes.
  var isInterruption: Bool { if case .interrupted = self { true } else { false } }

  public var description: String {
    switch self {
    case .badAddress(let reason): "--endpoint: \(reason)"
    case .badKey(let origin, let reason): "\(origin): \(reason)"
    case .notAllowed(let host):
      "\(host) is another machine, and pictures would leave this one; --allow-remote allows it"
    case .noSuchModel(let host, let model?, let offered):
      "\(host) has no model \(model); it offers \(Self.list(offered))"
    case .noSuchModel(let host, nil, let offered):
      "Say which of \(host)'s models: --model \(offered.isEmpty ? "NAME" : Self.list(offered))"
    case .otherModel(let host, let asked, let answered): "\(host) answered as \(answered) when asked for \(asked)"
    case .refused(let host, let status, let message):
      "\(host) answered \(status)\(Self.meaning(of: status))\(message.isEmpty ? "" : ": \(message)")"
    case .wrongAnswer(let host, let reason), .garbled(let host, let reason): "\(host) \(reason)"
    case .cut(let host): "\(host) broke off in the middle of an answer"
    case .interrupted(let host):
      "\(host) ended an answer before it was finished; some servers do so when another request comes"
    case .endless(let host, let tokens): "\(host) did not stop after the \(tokens) tokens that were asked for"
    case .tooLarge(let host, let bytes): "\(host) sent an answer of more than \(bytes) bytes"
    case .unreachable(let host, let reason): "\(host) cannot be reached (\(reason))"
    case .silent(let host, let seconds): "\(host) sent nothing for \(seconds) s"
    case .tooBusy(let host, let seconds): "\(host) is busy and asks to come again in \(seconds) s"
    case .gaveUp(let failures, let last):
      "\(failures) requests in a row failed, so the rest was not tried; the last: \(last)"
    case .unheld(let host):
      "\(host) is no server that is known to hold answers to words, which the protocol asks for (\"constrained\")"
    case .blind(let host, let model): "\(host) says that \(model) cannot see images; start it with a projector"
    }
  }

  private static func list(_ models: [String]) -> String {
    let shown = models.prefix(5).joined(separator: ", ")
    return models.isEmpty ? "none" : models.count > 5 ? "\(shown), …" : shown
  }

  private static func meaning(of status: Int) -> String {
    switch status {
    case 300...399: ", a redirect, which is never followed with a picture"
    case 401, 403: ", access denied; give the server's key with --endpoint-key-file"
    case 404: ", not found; an endpoint usually ends in /v1"
    case 413: ", the request is too large for it"
    case 429: ", too many requests"
    case 500...599: ", the server has trouble"
    default: ""
    }
  }
}

import Synchronization

/// One request and its answer, from the request line to the last byte.
///
/// All but `shared` is touched on the connection's own thread of libmicrohttpd only.
final class HTTPExchange: @unchecked Sendable {  // What two threads touch is in `shared`, which has its lock.
  enum Stage {
    /// The header has not been looked at.
    case header
    /// The body is coming.
    case body(BodyIntake)
    /// The rest of the body is thrown away, then this is answered.
    case discarding(HTTPResponse, left: Int)
    /// The server is at work.
    case working
    /// The answer is with libmicrohttpd.
    case answered
  }

  let id: String
  let rawTarget: String
  let started = ContinuousClock.now
  var stage = Stage.header
  var head: RequestHead?
  var admission: Admission?
  /// The status that was answered; 0 for none.
  var status = 0
  /// Bytes of the answer's body; unknown for a stream.
  var bytesAnswered: Int?

  private struct Shared {
    var outcome: HTTPResponse?
    var work: Task<Void, Never>?
    var isCancelled = false
    var cause: String?
  }

  private let shared = Mutex(Shared())

  init(rawTarget: String, id: String) {
    self.rawTarget = rawTarget
    self.id = id
  }

  /// Begins the work; it is cancelled when the exchange is.
  func start(_ work: @escaping @Sendable () async -> Void) {
    shared.withLock { shared in
      let task = Task { await work() }
      // Work that nobody waits for any more still concludes the exchange.
      if shared.isCancelled { task.cancel() }
      shared.work = task
    }
  }

  /// Ends the work, if there is any left.
  func cancel() {
    let work = shared.withLock { shared in
      shared.isCancelled = true
      return shared.work
    }
    work?.cancel()
  }

  /// The work's answer, once it is there.
  var outcome: HTTPResponse? { shared.withLock { $0.outcome } }

  /// Keeps the work's answer.
  func conclude(_ response: HTTPResponse) { shared.withLock { $0.outcome = response } }

  /// Details that only the log gets.
  var cause: String? {
    get { shared.withLock { $0.cause } }
    set { shared.withLock { $0.cause = newValue } }
  }
}

/// A request that may go on, with what will answer it.
struct Admission {
  var request: HTTPRequest
  var route: String
  var endpoint: Endpoint
  var intake: BodyIntake
  /// Held as long as the exchange, and released with it.
  var permit: Permit?
}

/// What the HTTP side asks of the application.
protocol HTTPApplication: Sendable {
  /// Decides by the header alone; quick, and without waiting.
  ///
  /// - Throws: `Problem`, which is answered.
  func admit(_ head: RequestHead) throws(Problem) -> Admission
  /// What is reported when an exchange ends.
  func ended(_ record: HTTPExchangeRecord)
  /// What libmicrohttpd says.
  func note(_ message: String)
  /// Called for a connection that was too slow.
  func cutOff(client: String)
}

/// What the log and the metrics record of an exchange.
struct HTTPExchangeRecord: Sendable {
  var id: String
  var client: String
  var method: String
  /// The route's pattern, never the target itself: that may carry names.
  var route: String
  /// 0 when nothing was answered.
  var status: Int
  var bytes: Int?
  var duration: Duration
  /// Whether the answer went out to its end.
  var isComplete: Bool
  /// Details that the client must not see.
  var cause: String?
}

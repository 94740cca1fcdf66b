import CPQ
import Foundation

/// One connection to a PostgreSQL server; used by one thread at a time.
///
/// Nothing blocks for ever: each wait looks at the clock, and whether somebody still waits for the answer.
final class PostgreSQLConnection: SQLConnection {
  /// Limits of waiting.
  enum Limit {
    /// For a connection, unless the location says another (`connect_timeout`).
    static let connecting = Duration.seconds(10)
    /// For the answer to a statement that changes something.
    static let writing = Duration.seconds(30)
    /// For the answer to a query.
    static let reading = Duration.seconds(600)
    /// For a cancelled query to end.
    static let cancelling = Duration.seconds(5)
    /// Between two looks at whether a query is cancelled.
    static let look: Int32 = 50
  }

  let store: String
  /// Asked while a statement runs: whether nobody waits for it any more.
  var isCancelled: (() -> Bool)?
  /// Rows that the last statement changed.
  private(set) var changes = 0
  /// Whether one transaction lasts as long as the connection.
  private(set) var isSnapshot = false
  private let handle: OpaquePointer
  private let limit: Duration
  /// The names of prepared statements, by their SQL.
  private var prepared: [String: String] = [:]
  private static let mostPrepared = 64

  init(_ location: PostgreSQLLocation, readsOnly: Bool) throws(RecordFault) {
    store = location.name
    limit = readsOnly ? Limit.reading : Limit.writing
    handle = try PostgreSQLHandshake.connect(location)
    let encoding = PQparameterStatus(handle, "server_encoding").map { String(cString: $0) } ?? "unknown"
    guard encoding == "UTF8" else {
      throw .unusable(store: store, reason: "its encoding is \(encoding); create it with ENCODING 'UTF8'")
    }
    guard PQserverVersion(handle) >= 120_000 else {
      throw .unusable(store: store, reason: "its server is older than PostgreSQL 12")
    }
    // What was acknowledged must outlive the server, whatever the server's default.
    try script(
      """
      SET client_min_messages = error; SET search_path = \(PostgreSQLSchema.name), pg_temp; SET lock_timeout = '10s';
      SET default_transaction_isolation = 'read committed'; SET extra_float_digits = 1;
      SET plan_cache_mode = \(readsOnly ? "force_custom_plan" : "auto");
      SELECT set_config('synchronous_commit', 'on', false) WHERE current_setting('synchronous_commit') = 'off';
      """)
    if readsOnly { try script("SET default_transaction_read_only = on") }
  }

  deinit { PQfinish(handle) }

  /// Shows the database as it is at this moment from now on.
  func beginSnapshot() throws(RecordFault) {
    try script("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
    isSnapshot = true
  }

  /// Runs statements without values one after the other.
  func script(_ sql: String) throws(RecordFault) {
    _ = try answer(PQsendQuery(handle, sql))
  }

  func rows<Element>(
    _ sql: String, _ values: [ColumnValue], read: (PostgreSQLRow) throws(RecordFault) -> Element
  ) throws(RecordFault) -> [Element] {
    let name = try prepare(sql)
    let texts = values.map(Self.text)
    defer { for text in texts { text?.deallocate() } }
    let result = try answer(
      texts.map { UnsafePointer($0) }.withUnsafeBufferPointer { texts in
        PQsendQueryPrepared(handle, name, Int32(texts.count), texts.baseAddress, nil, nil, 0)
      })
    changes = Int(String(cString: PQcmdTuples(result.pointer))) ?? 0
    var elements: [Element] = []
    for index in 0..<PQntuples(result.pointer) {
      elements.append(try read(PostgreSQLRow(result: result.pointer, index: index)))
    }
    return elements
  }

  func transaction<Outcome>(
    writes: Bool = true, _ body: () throws(RecordFault) -> Outcome
  ) throws(RecordFault) -> Outcome {
    if isSnapshot { return try body() }
    try script(writes ? "BEGIN" : "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
    do {
      let outcome = try body()
      try script("COMMIT")
      return outcome
    } catch {
      if PQtransactionStatus(handle) == PQTRANS_INTRANS || PQtransactionStatus(handle) == PQTRANS_INERROR {
        try? script("ROLLBACK")
      }
      throw error
    }
  }

  // MARK: Statements

  /// The name under which the server has a statement, with `$1`, `$2`, … for each `?`; empty for one that it keeps until
  /// the next.
  private func prepare(_ sql: String) throws(RecordFault) -> String {
    if let name = prepared[sql] { return name }
    let name = prepared.count < Self.mostPrepared ? "s\(prepared.count)" : ""
    var (numbered, count) = ("", 0)
    for character in sql {
      if character == "?" {
        count += 1
        numbered += "$\(count)"
      } else {
        numbered.append(character)
      }
    }
    _ = try answer(PQsendPrepare(handle, name, numbered, 0, nil))
    if !name.isEmpty { prepared[sql] = name }
    return name
  }

  private static func text(_ value: ColumnValue) -> UnsafeMutablePointer<CChar>? {
    let bytes: [UInt8]
    switch value {
    case .null: return nil
    case .integer(let number): bytes = Array(String(number).utf8)
    case .real(let number): bytes = Array(String(number).utf8)
    case .text(let text): bytes = StorableText.bytes(text)
    }
    let copy = UnsafeMutablePointer<CChar>.allocate(capacity: bytes.count + 1)
    for (index, byte) in bytes.enumerated() { copy[index] = CChar(bitPattern: byte) }
    copy[bytes.count] = 0
    return copy
  }

  /// The last result of what was sent.
  ///
  /// - Parameter isSent: what the sending call returned.
  private func answer(_ isSent: Int32) throws(RecordFault) -> PostgreSQLResult {
    guard isSent == 1 else { throw lost() }
    var deadline = ContinuousClock.now + limit
    var (isCancelling, last) = (false, PostgreSQLResult?.none)
    while true {
      while PQisBusy(handle) == 1 {
        PostgreSQLHandshake.wait(handle, writes: PQflush(handle) == 1)
        guard PQconsumeInput(handle) == 1 else { throw lost() }
        if !isCancelling, isCancelled?() ?? false {
          isCancelling = true
          deadline = min(deadline, ContinuousClock.now + Limit.cancelling)
          requestCancel()
        }
        if ContinuousClock.now > deadline {
          throw isCancelling ? .cancelled : .unreachable(store: store, reason: "it does not answer")
        }
      }
      guard let pointer = PQgetResult(handle) else { break }
      let result = PostgreSQLResult(pointer: pointer)
      // Of several statements the first that failed counts; none comes after it.
      last = result
    }
    guard let last else { throw lost() }
    let status = PQresultStatus(last.pointer)
    guard status == PGRES_TUPLES_OK || status == PGRES_COMMAND_OK else {
      throw last.fault(of: store, isLost: PQstatus(handle) != CONNECTION_OK, isCancelled: isCancelling)
    }
    return last
  }

  /// Whether the connection can be used further.
  var isUsable: Bool { PQstatus(handle) == CONNECTION_OK && PQtransactionStatus(handle) != PQTRANS_ACTIVE }

  private func lost() -> RecordFault { .unreachable(store: store, reason: PostgreSQLHandshake.reason(handle)) }

  /// Asks the server to end the running statement. The request has a connection of its own, which may block.
  private func requestCancel() {
    guard let cancel = PQgetCancel(handle) else { return }
    // Unsafe: libpq lets any thread use it, and this block alone has it.
    nonisolated(unsafe) let request = cancel
    DispatchQueue.global().async {
      var message = [CChar](repeating: 0, count: 256)
      _ = PQcancel(request, &message, Int32(message.count))
      PQfreeCancel(request)
    }
  }
}

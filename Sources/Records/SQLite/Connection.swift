import CSQLite
import Foundation

/// One connection to a database file; used by one thread at a time.
final class Connection: SQLConnection {
  let path: String
  var store: String { path }
  private let handle: OpaquePointer

  /// Opens a file that is there, or an empty one.
  ///
  /// - Parameter wait: milliseconds that a statement waits for another connection's lock.
  init(path: String, wait: Int32, readsOnly: Bool = false) throws(RecordFault) {
    self.path = path
    var opened: OpaquePointer?
    let flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE
    let code = sqlite3_open_v2(path, &opened, flags, nil)
    guard code == SQLITE_OK, let opened else {
      defer { sqlite3_close_v2(opened) }
      throw Self.fault(code, path: path, message: opened.map { String(cString: sqlite3_errmsg($0)) } ?? "no memory")
    }
    handle = opened
    sqlite3_busy_timeout(handle, wait)
    try run("PRAGMA foreign_keys = ON")
    try run("PRAGMA synchronous = FULL")
    try run("PRAGMA secure_delete = ON")
    try run("PRAGMA trusted_schema = OFF")
    if readsOnly { try run("PRAGMA query_only = ON") }
  }

  deinit { sqlite3_close_v2(handle) }

  /// Whether the file is open for writing too.
  var isWritable: Bool { sqlite3_db_readonly(handle, "main") == 0 }

  /// What ends the running statement from another thread (sqlite.org/c3ref/interrupt.html); without one it does nothing.
  var interruption: QueryInterrupt { QueryInterrupt(handle: handle) }

  /// Rows that the last statement changed.
  var changes: Int { Int(sqlite3_changes64(handle)) }

  /// The number of the row that was inserted last, into a table that numbers its rows.
  var lastNumber: Int64 { sqlite3_last_insert_rowid(handle) }

  /// Runs statements one after the other.
  func script(_ sql: String) throws(RecordFault) {
    try check(sqlite3_exec(handle, sql, nil, nil, nil))
  }

  /// What a statement's rows are read as.
  func rows<Element>(
    _ sql: String, _ values: [ColumnValue], read: (Row) throws(RecordFault) -> Element
  ) throws(RecordFault) -> [Element] {
    let statement = try prepare(sql)
    defer { sqlite3_finalize(statement) }
    for (value, index) in zip(values, Int32(1)...) { try check(Self.bind(value, to: statement, at: index)) }
    var elements: [Element] = []
    while true {
      switch sqlite3_step(statement) {
      case SQLITE_ROW: elements.append(try read(Row(statement: statement)))
      case SQLITE_DONE: return elements
      case let code: throw fault(code)
      }
    }
  }

  /// A statement, which the caller finalizes.
  func prepare(_ sql: String) throws(RecordFault) -> OpaquePointer {
    var statement: OpaquePointer?
    try check(sqlite3_prepare_v2(handle, sql, -1, &statement, nil))
    guard let statement else { throw .unusable(store: path, reason: "an empty statement") }
    return statement
  }

  /// Does something with more pages in memory than usual.
  func caching<Outcome>(
    mebibytes: Int, _ body: () throws(RecordFault) -> Outcome
  ) throws(RecordFault) -> Outcome {
    let usual = try number("PRAGMA cache_size")
    try run("PRAGMA cache_size = \(-1024 * mebibytes)")
    defer {
      try? run("PRAGMA cache_size = \(usual)")
      try? run("PRAGMA shrink_memory")
    }
    return try body()
  }

  /// Runs a transaction; one that writes waits for the lock at its beginning.
  func transaction<Outcome>(
    writes: Bool = true, _ body: () throws(RecordFault) -> Outcome
  ) throws(RecordFault) -> Outcome {
    try run(writes ? "BEGIN IMMEDIATE" : "BEGIN")
    do {
      let outcome = try body()
      try run("COMMIT")
      return outcome
    } catch {
      // After some faults SQLite has already rolled back; then nothing is left to do.
      if sqlite3_get_autocommit(handle) == 0 { try? run("ROLLBACK") }
      throw error
    }
  }

  // MARK: Faults

  func check(_ code: Int32) throws(RecordFault) {
    guard code == SQLITE_OK else { throw fault(code) }
  }

  func fault(_ code: Int32) -> RecordFault {
    // "disk I/O error" alone helps nobody: the system's own reason says which.
    let system = sqlite3_system_errno(handle)
    let reason =
      code & 0xff == SQLITE_IOERR && system != 0 ? " (\(code >> 8): \(String(cString: strerror(system))))" : ""
    return Self.fault(code, path: path, message: String(cString: sqlite3_errmsg(handle)) + reason)
  }

  private static func fault(_ code: Int32, path: String, message: String) -> RecordFault {
    switch (code & 0xff, code) {
    case (SQLITE_BUSY, _), (SQLITE_LOCKED, _): .busy(store: path)
    case (SQLITE_FULL, _): .full(store: path)
    // The constants of extended codes are macros that Swift cannot see: SQLITE_IOERR | (n << 8), sqlite.org/rescode.html.
    case (SQLITE_IOERR, SQLITE_IOERR | 3 << 8), (SQLITE_IOERR, SQLITE_IOERR | 4 << 8),
      (SQLITE_IOERR, SQLITE_IOERR | 6 << 8), (SQLITE_IOERR, SQLITE_IOERR | 19 << 8):
      .unwritable(place: path, reason: message)
    case (SQLITE_READONLY, _), (SQLITE_PERM, _): .unwritable(place: path, reason: message)
    case (SQLITE_INTERRUPT, _): .cancelled
    case (SQLITE_NOTADB, _): .unusable(store: path, reason: "it is not an SQLite database")
    case (SQLITE_CORRUPT, _): .damaged(store: path, reason: message)
    default: .unusable(store: path, reason: message)
    }
  }

  static func bind(_ value: ColumnValue, to statement: OpaquePointer?, at index: Int32) -> Int32 {
    switch value {
    case .null: return sqlite3_bind_null(statement, index)
    case .integer(let number): return sqlite3_bind_int64(statement, index, number)
    case .real(let number): return sqlite3_bind_double(statement, index, number)
    case .text(var text):
      return text.withUTF8 { bytes in
        bytes.withMemoryRebound(to: CChar.self) { bytes in
          // A null pointer would bind NULL.
          guard let start = bytes.baseAddress else { return dermgemma_bind_text(statement, index, "", 0) }
          return dermgemma_bind_text(statement, index, start, UInt64(bytes.count))
        }
      }
    }
  }
}

/// Interrupts a connection's running statement; valid only while the connection is open.
struct QueryInterrupt: Sendable {
  // Unsafe: SQLite lets any thread call this one function.
  fileprivate nonisolated(unsafe) let handle: OpaquePointer

  func callAsFunction() { sqlite3_interrupt(handle) }
}

/// A row, valid until the next is read.
struct Row: ResultRow {
  let statement: OpaquePointer?

  func isNull(_ column: Int32) -> Bool { sqlite3_column_type(statement, column) == SQLITE_NULL }

  func integer(_ column: Int32) -> Int { Int(sqlite3_column_int64(statement, column)) }

  func real(_ column: Int32) -> Double { sqlite3_column_double(statement, column) }

  func text(_ column: Int32) -> String? {
    guard !isNull(column), let start = sqlite3_column_text(statement, column) else { return nil }
    let count = Int(sqlite3_column_bytes(statement, column))
    return String(decoding: UnsafeBufferPointer(start: start, count: count), as: UTF8.self)
  }
}

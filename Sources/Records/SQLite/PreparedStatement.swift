import CSQLite

/// A statement that is prepared once and run many times, on its connection's thread.
final class PreparedStatement {
  private let statement: OpaquePointer
  private let connection: Connection

  /// Prepares a statement.
  init(_ sql: String, on connection: Connection) throws(RecordFault) {
    let prepared = try connection.prepare(sql)
    statement = prepared
    self.connection = connection
  }

  deinit { sqlite3_finalize(statement) }

  /// Binds a value; the first has the index 1.
  func bind(_ value: ColumnValue, at index: Int32) throws(RecordFault) {
    try connection.check(Connection.bind(value, to: statement, at: index))
  }

  /// Binds a column of another connection's row as it is: text is neither decoded nor checked again.
  func bind(_ column: Int32, of row: Row, at index: Int32) throws(RecordFault) {
    try connection.check(sqlite3_bind_value(statement, index, sqlite3_column_value(row.statement, column)))
  }

  /// The next row, valid until the next call; `nil` after the last.
  func next() throws(RecordFault) -> Row? {
    switch sqlite3_step(statement) {
    case SQLITE_ROW: return Row(statement: statement)
    case SQLITE_DONE: return nil
    case let code: throw connection.fault(code)
    }
  }

  /// Makes it ready to be run again; what is bound stays.
  func reset() { sqlite3_reset(statement) }

  /// Runs it to its end.
  func run() throws(RecordFault) {
    defer { reset() }
    while try next() != nil {}
  }
}

/// A connection to a database that understands SQL; used by one thread at a time.
///
/// What both databases answer alike is asked in the same words (``RecordQueries``), with `?` for each value.
protocol SQLConnection {
  associatedtype Row: ResultRow

  /// The database as its owner knows it.
  var store: String { get }

  /// What a statement's rows are read as.
  func rows<Element>(
    _ sql: String, _ values: [ColumnValue], read: (Row) throws(RecordFault) -> Element
  ) throws(RecordFault) -> [Element]

  /// Runs a transaction.
  ///
  /// - Parameter writes: whether it changes anything; one that does not sees one moment of the database.
  func transaction<Outcome>(
    writes: Bool, _ body: () throws(RecordFault) -> Outcome
  ) throws(RecordFault) -> Outcome
}

extension SQLConnection {
  /// Runs a statement to its end.
  func run(_ sql: String, _ values: [ColumnValue] = []) throws(RecordFault) {
    _ = try rows(sql, values) { (_: Row) throws(RecordFault) in () }
  }

  /// What a statement's rows are read as.
  func rows<Element>(
    _ sql: String, read: (Row) throws(RecordFault) -> Element
  ) throws(RecordFault) -> [Element] {
    try rows(sql, [], read: read)
  }

  /// The first row of a statement.
  func row<Element>(
    _ sql: String, _ values: [ColumnValue] = [], read: (Row) throws(RecordFault) -> Element
  ) throws(RecordFault) -> Element? {
    try rows(sql, values, read: read).first
  }

  /// The number in the first row of a statement.
  func number(_ sql: String, _ values: [ColumnValue] = []) throws(RecordFault) -> Int {
    try row(sql, values) { (row: Row) throws(RecordFault) in row.integer(0) } ?? 0
  }
}

/// A row of a result, valid until the next is read.
protocol ResultRow {
  func isNull(_ column: Int32) -> Bool
  func integer(_ column: Int32) -> Int
  func real(_ column: Int32) -> Double
  func text(_ column: Int32) -> String?
}

/// A value of a column.
enum ColumnValue: Sendable {
  case null
  case integer(Int64)
  case real(Double)
  case text(String)

  static func text(_ text: String?) -> ColumnValue { text.map { .text($0) } ?? .null }
  static func integer(_ number: Int) -> ColumnValue { .integer(Int64(number)) }
}

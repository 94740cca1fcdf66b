import Foundation

/// A column's values of one row group, as they will be written.
struct ParquetColumn {
  let column: TableColumn
  /// The values, without those that are missing: encoding PLAIN.
  private var values: [UInt8] = []
  /// Definition levels, 1 for a value and 0 for none, as runs.
  private var runs: [(level: UInt8, count: Int)] = []
  private(set) var missing = 0

  init(_ column: TableColumn) { self.column = column }

  /// Bytes so far.
  var size: Int { values.count + runs.count * 2 }

  /// Adds a value; one that is not of the column's type counts as missing.
  mutating func add(_ cell: TableCell) {
    let before = values.count
    switch (column.kind, cell) {
    case (.text, .text(let text)) where !text.isEmpty:
      values += Self.little(UInt32(clamping: text.utf8.count))
      values += text.utf8
    case (.integer, .integer(let number)): values += Self.little(Int64(number))
    case (.unsigned, .unsigned(let number)): values += Self.little(number)
    case (.number, .number(let number)): values += Self.little(number.bitPattern)
    case (.time, .time(let date)): values += Self.little(Self.milliseconds(date))
    default: break
    }
    let level: UInt8 = values.count > before ? 1 : 0
    if level == 0 { missing += 1 }
    if let last = runs.last, last.level == level {
      runs[runs.count - 1].count += 1
    } else {
      runs.append((level, 1))
    }
  }

  /// Milliseconds since 1970, the nearest.
  private static func milliseconds(_ date: Date) -> Int64 {
    Int64(exactly: (date.timeIntervalSince1970 * 1_000).rounded()) ?? 0
  }

  private static func little(_ value: some FixedWidthInteger) -> [UInt8] {
    withUnsafeBytes(of: value.littleEndian) { Array($0) }
  }

  /// The column's page of a row group: its header, the levels, the values.
  ///
  /// - Parameter rows: of the row group.
  func page(rows: Int) -> [UInt8] {
    var levels: [UInt8] = []
    for run in runs { levels += ThriftCompact.variable(UInt64(run.count) << 1) + [run.level] }
    let body = Self.little(UInt32(levels.count)) + levels + values
    var header = ThriftCompact()
    header.element { page in
      page.int(1, 0)  // DATA_PAGE
      page.int(2, body.count)
      page.int(3, body.count)
      page.structure(5) { data in
        data.int(1, rows)
        data.int(2, Parquet.plain)
        data.int(3, Parquet.runLengths)
        data.int(4, Parquet.runLengths)
      }
    }
    return header.bytes + body
  }
}

import Foundation

/// Numbers of Parquet's own (apache/parquet-format, src/main/thrift/parquet.thrift).
enum Parquet {
  static let magic = Array("PAR1".utf8)
  /// Encodings.
  static let (plain, runLengths) = (0, 3)
}

/// Writes a table as Parquet: rows in, bytes out, with never more than one row group in memory.
///
/// Values are PLAIN and not compressed, definition levels are run lengths, each column of a row group is one page, and every
/// column may lack values. That is the least that each reader of Parquet understands (apache/parquet-format, README.md and
/// Encodings.md).
///
/// ```swift
/// import Tables
///
/// var bytes: [UInt8] = []
/// var writer = ParquetWriter([TableColumn("name", .text), TableColumn("age", .integer)], program: "example version 1")
/// writer.add([.text("Ada"), .integer(36)]) { bytes += $0 }
/// writer.finish { bytes += $0 }
/// ```
public struct ParquetWriter: Sendable {
  /// What the footer says of a column's part of a row group.
  private struct Chunk {
    var start: Int
    var size: Int
    var missing: Int
  }

  private struct RowGroup {
    var rows: Int
    var chunks: [Chunk]
  }

  /// Rows of a row group, at most.
  public static let rowsOfGroup = 10_000
  /// Bytes of a row group's values, from which a row is its last.
  public static let bytesOfGroup = 16 << 20

  private let columns: [TableColumn]
  private let program: String
  private let rowsOfGroup: Int
  private var gathered: [ParquetColumn]
  private var rows = 0
  private var groups: [RowGroup] = []
  private var written = 0

  /// A table without rows.
  ///
  /// - Parameters:
  ///   - columns: the columns, in their order.
  ///   - program: what wrote the file, as `NAME version VERSION`.
  ///   - rowsOfGroup: rows of a row group, at most.
  public init(_ columns: [TableColumn], program: String, rowsOfGroup: Int = ParquetWriter.rowsOfGroup) {
    self.columns = columns
    self.program = program
    self.rowsOfGroup = max(rowsOfGroup, 1)
    gathered = columns.map(ParquetColumn.init)
  }

  /// Adds a row.
  ///
  /// - Parameters:
  ///   - row: a cell for each column, in their order; missing ones count as none.
  ///   - output: takes the next bytes of the file.
  public mutating func add(_ row: [TableCell], to output: ([UInt8]) throws -> Void) rethrows {
    for place in gathered.indices { gathered[place].add(row.indices.contains(place) ? row[place] : .none) }
    rows += 1
    let size = gathered.reduce(0) { $0 + $1.size }
    if rows == rowsOfGroup || size >= Self.bytesOfGroup { try endGroup(output) }
  }

  /// Ends the file.
  ///
  /// - Parameter output: takes the last bytes of the file.
  public mutating func finish(to output: ([UInt8]) throws -> Void) rethrows {
    if rows > 0 { try endGroup(output) }
    try begin(output)
    let footer = footer
    let length = UInt32(clamping: footer.count)
    try output(footer + (0..<4).map { UInt8(truncatingIfNeeded: length >> ($0 * 8)) } + Parquet.magic)
  }

  private mutating func begin(_ output: ([UInt8]) throws -> Void) rethrows {
    guard written == 0 else { return }
    try output(Parquet.magic)
    written = Parquet.magic.count
  }

  private mutating func endGroup(_ output: ([UInt8]) throws -> Void) rethrows {
    try begin(output)
    var group = RowGroup(rows: rows, chunks: [])
    for column in gathered {
      let page = column.page(rows: rows)
      group.chunks.append(Chunk(start: written, size: page.count, missing: column.missing))
      try output(page)
      written += page.count
    }
    groups.append(group)
    gathered = columns.map(ParquetColumn.init)
    rows = 0
  }

  /// FileMetaData.
  private var footer: [UInt8] {
    var file = ThriftCompact()
    file.element { file in
      file.int(1, 1)
      file.structures(2, [nil] + columns.map(Optional.init)) { element, column in
        if let column {
          column.describe(&element)
        } else {
          element.text(4, "schema")
          element.int(5, columns.count)
        }
      }
      file.long(3, groups.reduce(0) { $0 + $1.rows })
      file.structures(4, groups) { element, group in describe(group, &element) }
      file.text(6, program)
    }
    return file.bytes
  }

  private func describe(_ group: RowGroup, _ element: inout ThriftCompact) {
    element.structures(1, Array(zip(columns, group.chunks))) { element, part in
      let (column, chunk) = part
      element.long(2, 0)
      element.structure(3) { data in
        data.int(1, column.physical)
        data.ints(2, [Parquet.plain, Parquet.runLengths])
        data.texts(3, [column.name])
        data.int(4, 0)  // UNCOMPRESSED
        data.long(5, group.rows)
        data.long(6, chunk.size)
        data.long(7, chunk.size)
        data.long(9, chunk.start)
        data.structure(12) { $0.long(3, chunk.missing) }
      }
    }
    element.long(2, group.chunks.reduce(0) { $0 + $1.size })
    element.long(3, group.rows)
  }
}

extension TableColumn {
  /// BYTE_ARRAY, DOUBLE or INT64.
  var physical: Int {
    switch kind {
    case .text: 6
    case .number: 5
    case .integer, .unsigned, .time: 2
    }
  }

  /// Its SchemaElement: optional, with the logical type, and the converted type for old readers.
  func describe(_ element: inout ThriftCompact) {
    element.int(1, physical)
    element.int(3, 1)  // OPTIONAL
    element.text(4, name)
    switch kind {
    case .text:
      element.int(6, 0)  // UTF8
      element.structure(10) { $0.structure(1) { _ in } }
    case .unsigned:
      element.int(6, 14)  // UINT_64
      element.structure(10) { type in
        type.structure(10) { integer in
          integer.byte(1, 64)
          integer.flag(2, false)
        }
      }
    case .time:
      element.int(6, 9)  // TIMESTAMP_MILLIS
      element.structure(10) { type in
        type.structure(8) { time in
          time.flag(1, true)  // in UTC
          time.structure(2) { $0.structure(1) { _ in } }  // milliseconds
        }
      }
    case .integer, .number: break
    }
  }
}

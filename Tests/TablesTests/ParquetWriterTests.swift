import Foundation
import Testing

@testable import Tables

/// The file's frame and its encodings, byte by byte; whole files are read by others in Interop/test_parquet.py.
@Suite struct ParquetWriterTests {
  private func file(_ columns: [TableColumn], _ rows: [[TableCell]], rowsOfGroup: Int = 10) -> [UInt8] {
    var bytes: [UInt8] = []
    var writer = ParquetWriter(columns, program: "test version 1", rowsOfGroup: rowsOfGroup)
    for row in rows { writer.add(row) { bytes += $0 } }
    writer.finish { bytes += $0 }
    return bytes
  }

  @Test func `a page has its header, the levels as runs, and the values that are there`() {
    let column = TableColumn("n", .integer)
    var part = ParquetColumn(column)
    for cell in [TableCell.integer(1), .integer(-2), .none, .text("of another type")] { part.add(cell) }
    let levels: [UInt8] = [2 << 1, 1, 2 << 1, 0]
    let values: [UInt8] = [1, 0, 0, 0, 0, 0, 0, 0, 0xFE, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF]
    // Zigzag numbers: 24 bytes, 4 rows, PLAIN, RLE, RLE.
    let header: [UInt8] = [0x15, 0, 0x15, 48, 0x15, 48, 0x2C, 0x15, 8, 0x15, 0, 0x15, 6, 0x15, 6, 0, 0]
    #expect(part.page(rows: 4) == header + [4, 0, 0, 0] + levels + values)
    #expect(part.missing == 2)
  }

  @Test func `each type has its bytes`() {
    func values(_ kind: TableColumn.Kind, _ cell: TableCell) -> [UInt8] {
      var part = ParquetColumn(TableColumn("c", kind))
      part.add(cell)
      return Array(part.page(rows: 1).suffix(part.size - 2))
    }
    #expect(values(.text, .text("né")) == [3, 0, 0, 0] + Array("né".utf8))
    #expect(values(.unsigned, .unsigned(.max)) == [UInt8](repeating: 0xFF, count: 8))
    #expect(values(.number, .number(1)) == [0, 0, 0, 0, 0, 0, 0xF0, 0x3F])
    // 1,700,000,000,123 ms: a double has a little less.
    #expect(
      values(.time, .time(Date(timeIntervalSince1970: 1_700_000_000.123))) == [
        0x7B, 0x68, 0xE5, 0xCF, 0x8B, 0x01, 0, 0,
      ])
    #expect(values(.text, .text("")).isEmpty && values(.number, .none).isEmpty)
  }

  @Test func `a moment's text has its milliseconds, none cut off`() {
    for milliseconds in 0..<1_000 {
      let moment = Date(timeIntervalSince1970: Double(1_795_972_800_000 + milliseconds) / 1_000)
      let digits = String(String(1_000 + milliseconds).dropFirst())
      #expect(TableCell.time(moment).text == "2026-11-29T17:20:00.\(digits)Z")
    }
  }

  @Test func `a file begins and ends with its sign, and its footer's length is before the last`() throws {
    for rows in [0, 1, 25] {
      let bytes = file(
        [TableColumn("a", .text), TableColumn("b", .number)],
        (0..<rows).map { [.text("row \($0)"), .number(Double($0))] })
      #expect(bytes.prefix(4) == Array("PAR1".utf8)[...] && bytes.suffix(4) == Array("PAR1".utf8)[...])
      let length = bytes.suffix(8).prefix(4).reversed().reduce(0) { $0 << 8 | Int($1) }
      let footer = bytes.dropLast(8).suffix(length)
      #expect(footer.count == length && footer.first == 0x15 && footer.last == 0)
      #expect(String(decoding: footer, as: UTF8.self).contains("test version 1"))
    }
  }

  @Test func `no more than a row group is in memory`() {
    var (pieces, largest) = (0, 0)
    var writer = ParquetWriter([TableColumn("a", .text)], program: "test version 1", rowsOfGroup: 100)
    for _ in 0..<1_000 {
      writer.add([.text("0123456789")]) { bytes in
        pieces += 1
        largest = max(largest, bytes.count)
      }
    }
    // The sign at the beginning, and a page for each group.
    #expect(pieces == 11 && largest < 1_500)
    // Long texts end a group too.
    var count = 0
    let text = String(repeating: "x", count: 1 << 20)
    var long = ParquetWriter([TableColumn("a", .text)], program: "test version 1")
    for _ in 0..<40 { long.add([.text(text)]) { count += $0.count } }
    #expect(count > 32 << 20)
  }

  @Test(
    arguments: [
      (0, [0]), (127, [127]), (128, [0x80, 1]), (300, [0xAC, 2]),
      (.max, [UInt8](repeating: 0xFF, count: 9) + [1]),
    ] as [(UInt64, [UInt8])])
  func `numbers of variable length`(number: UInt64, bytes: [UInt8]) {
    #expect(ThriftCompact.variable(number) == bytes)
  }
}

import Datasets
import Foundation
import Tables

/// A table that is too large to be held as text: read in pieces that end with a row.
struct AnswerPieces {
  /// The largest table, in bytes: 100,000 images with every arm.
  static let largest: UInt64 = 8 << 30

  let path: String
  /// Bytes that are read at once.
  var size = 1 << 20

  /// Whether a table is too large to be read as a whole, or is our own, which has no other layout; one that is not there is
  /// neither.
  static func isNeeded(for path: String) -> Bool {
    guard let handle = FileHandle(forReadingAtPath: path), let size = try? handle.seekToEnd() else { return false }
    defer { try? handle.close() }
    if size > UInt64(CommaSeparatedValues.largestFile) { return true }
    let header = Array((AnswerFile.header + "\n").utf8)
    guard (try? handle.seek(toOffset: 0)) != nil, let start = try? handle.read(upToCount: header.count) else {
      return false
    }
    return Array(start) == header
  }

  /// Gathers all rows.
  ///
  /// - Throws: `LabelFault` that names file, line and reason; `UnwritableFile`.
  func gathering() throws -> AnswerGathering {
    guard let handle = FileHandle(forReadingAtPath: path), let bytes = try? handle.seekToEnd() else { throw unreadable }
    defer { try? handle.close() }
    guard bytes <= Self.largest, (try? handle.seek(toOffset: 0)) != nil else {
      throw LabelFault(file: path, line: nil, reason: "larger than \(Self.largest >> 30) GiB")
    }
    var gathering: AnswerGathering?
    var pending: [UInt8] = []
    var lines = 0
    while true {
      let piece: Data?
      do { piece = try handle.read(upToCount: size) } catch { throw unreadable }
      let isLast = piece?.isEmpty ?? true
      pending += piece ?? Data()
      let end = isLast ? pending.count : Self.endOfRows(pending)
      let rows = Array(pending[..<end])
      for row in try CommaSeparatedValues(rows, name: path).rows {
        var row = row
        row.line += lines
        if gathering == nil {
          gathering = try AnswerGathering(header: row, name: path)
        } else {
          try gathering?.add(row)
        }
      }
      lines += rows.count { $0 == UInt8(ascii: "\n") }
      pending.removeFirst(end)
      guard !isLast else { break }
      guard pending.count <= CommaSeparatedValues.largestFile else {
        throw LabelFault(file: path, line: lines + 1, reason: "a quote never ends, or a row has no end")
      }
    }
    guard let gathering else { throw LabelFault(file: path, line: nil, reason: "the file is empty") }
    return gathering
  }

  private var unreadable: LabelFault {
    LabelFault(file: path, line: nil, reason: "the table of answers cannot be read", kind: .missingInput)
  }

  /// The place after the last line end that is in no quotes; a piece begins outside of them.
  private static func endOfRows(_ bytes: [UInt8]) -> Int {
    var (isQuoted, end) = (false, 0)
    for (place, byte) in bytes.enumerated() {
      if byte == UInt8(ascii: "\"") { isQuoted.toggle() }
      if byte == UInt8(ascii: "\n"), !isQuoted { end = place + 1 }
    }
    return end
  }
}

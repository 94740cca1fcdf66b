import Faults

/// A table of comma-separated values (RFC 4180), read with care for what spreadsheets write: a byte order mark, lines that
/// end with CR, LF or both, quoted fields with commas, doubled quotes and line breaks, and spaces around names.
public struct CommaSeparatedValues: Sendable {
  /// A row with the number of its first line, counted from 1.
  public struct Row: Sendable, Hashable {
    /// The line that the row begins on, counted from 1.
    public var line: Int
    /// The fields, as they stand between the separators, without their quotes.
    public var fields: [String]
  }

  /// Which tables are read.
  public enum Dialect: Sendable {
    /// Our own: commas, UTF-8.
    case own
    /// Any that a spreadsheet saves: separated by commas, semicolons, tabs or bars, also as announced by a first line
    /// `sep=;`, in UTF-8, UTF-16 or Windows-1252, with empty cells and rows at the end.
    case spreadsheet
  }

  /// All rows that are not blank, the header included.
  public let rows: [Row]
  /// The separator of the fields.
  public let separator: Character
  /// The encoding: `UTF-8`, `UTF-16` or `Windows-1252`.
  public let encoding: String

  /// The size limit in bytes.
  public static let largestFile = 64 << 20

  /// Reads a table.
  ///
  /// - Parameters:
  ///   - bytes: the file's, at most `largestFile` of them.
  ///   - name: its name in messages.
  ///   - dialect: which tables are read.
  /// - Throws: ``LabelFault`` for data that are not text, a quote that never ends, or a file that is too large.
  public init(_ bytes: [UInt8], name: String, dialect: Dialect = .own) throws(LabelFault) {
    guard bytes.count <= Self.largestFile else {
      throw LabelFault(file: name, line: nil, reason: "larger than \(Self.largestFile >> 20) MiB")
    }
    switch dialect {
    case .own:
      let text = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? bytes.dropFirst(3) : bytes[...]
      guard !text.contains(0) else { throw LabelFault(file: name, line: nil, reason: "not a text file") }
      var reader = RowReader(Array(text), separator: UInt8(ascii: ","), name: name)
      (rows, separator, encoding) = (try reader.rows(), ",", "UTF-8")
    case .spreadsheet:
      guard let text = TableText(bytes) else {
        throw LabelFault(file: name, line: nil, reason: "not a text file")
      }
      let found = TableSeparator(in: text.bytes)
      var reader = RowReader(text.bytes, separator: found.byte, name: name)
      reader.skip(found.declaration)
      let rows = found.isBar ? Self.withoutBars(try reader.rows()) : try reader.rows()
      self.rows = rows.compactMap { Self.trimmed($0) }
      (separator, encoding) = (Character(Unicode.Scalar(found.byte)), text.encoding)
    }
  }

  /// A row without the empty cells at its end; `nil` for one that has no others.
  private static func trimmed(_ row: Row) -> Row? {
    var row = row
    while let last = row.fields.last, last.allSatisfy(\.isWhitespace) { row.fields.removeLast() }
    return row.fields.isEmpty ? nil : row
  }

  /// Rows of a table that is framed with bars: those that begin with one, without the empty cells that doubled bars
  /// produce (PH2's list, which ends in a legend). Other tables with bars stay as they are.
  private static func withoutBars(_ rows: [Row]) -> [Row] {
    guard rows.first?.fields.first == "" else { return rows }
    return rows.filter { $0.fields.first == "" && $0.fields.count > 1 }.map { row in
      Row(line: row.line, fields: row.fields.filter { !$0.isEmpty })
    }
  }
}

/// The separator of a table's fields: as its first line says (`sep=;`), or the most common one in its header.
struct TableSeparator {
  var byte: UInt8
  /// Bytes of the line that says so, its end included; 0 for none.
  var declaration = 0

  var isBar: Bool { byte == UInt8(ascii: "|") }

  init(in bytes: [UInt8]) {
    let ends: [UInt8] = [UInt8(ascii: "\r"), UInt8(ascii: "\n")]
    let first = bytes.prefix { !ends.contains($0) }
    let words = first.filter { $0 != UInt8(ascii: "\"") }
    let sign = Array("sep=".utf8)
    if words.count == sign.count + 1, words.prefix(4).map({ $0 | 0x20 }) == sign.map({ $0 | 0x20 }),
      let byte = words.last
    {
      self.byte = byte
      let end = bytes[first.count...]
      declaration = first.count + (end.starts(with: ends) ? 2 : min(end.count, 1))
      return
    }
    let blanks = ends + [UInt8(ascii: " ")]
    let header = bytes.drop { blanks.contains($0) }.prefix { !ends.contains($0) }
    var counts: [UInt8: Int] = [:]
    var isQuoted = false
    for byte in header {
      if byte == UInt8(ascii: "\"") { isQuoted.toggle() }
      if !isQuoted { counts[byte, default: 0] += 1 }
    }
    let candidates = Array(",;\t|".utf8)
    byte = candidates.max { counts[$0, default: 0] < counts[$1, default: 0] } ?? candidates[0]
    if counts[byte, default: 0] == 0 { byte = candidates[0] }
  }
}

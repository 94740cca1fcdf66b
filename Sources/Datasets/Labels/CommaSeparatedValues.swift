import Faults

/// A table of comma-separated values (RFC 4180), read with care for what spreadsheets write: a byte order mark, CR LF,
/// quoted fields with commas, doubled quotes and line breaks, and spaces around names.
public struct CommaSeparatedValues: Sendable {
  /// A row with the number of the line that it begins on, counted from 1.
  public struct Row: Sendable, Hashable {
    /// The line that the row begins on, counted from 1.
    public var line: Int
    /// The fields, as they stand between the commas, without their quotes.
    public var fields: [String]
  }

  /// All rows that are not blank, the header included.
  public let rows: [Row]

  /// A file of over this many bytes is not a label file.
  public static let largestFile = 64 << 20

  /// Reads a table.
  ///
  /// - Parameters:
  ///   - bytes: the file's, at most `largestFile` of them.
  ///   - name: what messages call it.
  /// - Throws: ``LabelFault`` for text that is not UTF-8, a quote that never ends, or a file that is too large.
  public init(_ bytes: [UInt8], name: String) throws(LabelFault) {
    guard bytes.count <= Self.largestFile else {
      throw LabelFault(file: name, line: nil, reason: "larger than \(Self.largestFile >> 20) MiB")
    }
    var bytes = bytes[...]
    if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { bytes = bytes.dropFirst(3) }
    guard !bytes.contains(0) else { throw LabelFault(file: name, line: nil, reason: "not a text file") }

    var rows: [Row] = []
    var fields: [String] = []
    var field: [UInt8] = []
    var line = 1
    var rowLine = 1
    var quoteLine: Int?
    var wasQuoted = false
    var index = bytes.startIndex

    func text(_ field: [UInt8]) throws(LabelFault) -> String {
      guard let text = String(validating: field, as: UTF8.self) else {
        throw LabelFault(file: name, line: rowLine, reason: "not UTF-8 text")
      }
      return text
    }
    while index < bytes.endIndex {
      let byte = bytes[index]
      index += 1
      if let opened = quoteLine {
        if byte == UInt8(ascii: "\"") {
          if index < bytes.endIndex, bytes[index] == byte {
            field.append(byte)
            index += 1
          } else {
            quoteLine = nil
          }
        } else {
          if byte == UInt8(ascii: "\n") { line += 1 }
          field.append(byte)
          quoteLine = opened
        }
        continue
      }
      switch byte {
      case UInt8(ascii: "\"") where field.allSatisfy { $0 == UInt8(ascii: " ") } && !wasQuoted:
        field.removeAll()
        quoteLine = line
        wasQuoted = true
      case UInt8(ascii: ","):
        fields.append(try text(field))
        field.removeAll()
        wasQuoted = false
      case UInt8(ascii: "\n"):
        if field.last == UInt8(ascii: "\r") { field.removeLast() }
        fields.append(try text(field))
        if fields != [""] { rows.append(Row(line: rowLine, fields: fields)) }
        fields.removeAll()
        field.removeAll()
        wasQuoted = false
        line += 1
        rowLine = line
      default:
        field.append(byte)
      }
    }
    if let quoteLine { throw LabelFault(file: name, line: quoteLine, reason: "a quoted field never ends") }
    if !field.isEmpty || !fields.isEmpty {
      if field.last == UInt8(ascii: "\r") { field.removeLast() }
      fields.append(try text(field))
      if fields != [""] { rows.append(Row(line: rowLine, fields: fields)) }
    }
    self.rows = rows
  }
}

/// Cuts a table's text into rows and fields (RFC 4180); lines may end with CR, LF or both.
struct RowReader {
  private let bytes: [UInt8]
  private let separator: UInt8
  private let name: String
  private var index = 0
  private var line = 1
  /// The line that the row under way begins on.
  private var rowLine = 1
  /// The line that the quote under way begins on; `nil` outside of quotes.
  private var quoteLine: Int?
  private var fields: [String] = []
  private var field: [UInt8] = []
  private var wasQuoted = false
  private var finished: [CommaSeparatedValues.Row] = []

  private static let quote = UInt8(ascii: "\"")
  private static let space = UInt8(ascii: " ")
  private static let carriageReturn = UInt8(ascii: "\r")
  private static let lineFeed = UInt8(ascii: "\n")

  init(_ bytes: [UInt8], separator: UInt8, name: String) {
    self.bytes = bytes
    self.separator = separator
    self.name = name
  }

  /// Skips a first line of a given length in bytes.
  mutating func skip(_ count: Int) {
    guard count > 0 else { return }
    index = count
    line = 2
    rowLine = 2
  }

  /// All rows that are not blank.
  ///
  /// - Throws: ``LabelFault`` for bytes that are not UTF-8, or a quote that never ends.
  mutating func rows() throws(LabelFault) -> [CommaSeparatedValues.Row] {
    while index < bytes.count {
      let byte = bytes[index]
      index += 1
      if quoteLine != nil {
        takeQuoted(byte)
      } else {
        try take(byte)
      }
    }
    if let quoteLine { throw LabelFault(file: name, line: quoteLine, reason: "a quoted field never ends") }
    if !field.isEmpty || !fields.isEmpty { try endRow() }
    return finished
  }

  private var next: UInt8? { index < bytes.count ? bytes[index] : nil }

  private mutating func takeQuoted(_ byte: UInt8) {
    guard byte == Self.quote else {
      if byte == Self.lineFeed || (byte == Self.carriageReturn && next != Self.lineFeed) { line += 1 }
      field.append(byte)
      return
    }
    guard next == Self.quote else {
      quoteLine = nil
      return
    }
    field.append(byte)
    index += 1
  }

  private mutating func take(_ byte: UInt8) throws(LabelFault) {
    switch byte {
    case Self.quote where !wasQuoted && field.allSatisfy({ $0 == Self.space }):
      field.removeAll()
      quoteLine = line
      wasQuoted = true
    case separator:
      try endField()
    case Self.lineFeed, Self.carriageReturn:
      if byte == Self.carriageReturn, next == Self.lineFeed { index += 1 }
      try endRow()
      line += 1
      rowLine = line
    default:
      field.append(byte)
    }
  }

  private mutating func endField() throws(LabelFault) {
    guard let text = String(validating: field, as: UTF8.self) else {
      throw LabelFault(file: name, line: rowLine, reason: "not UTF-8 text")
    }
    fields.append(text)
    field.removeAll()
    wasQuoted = false
  }

  private mutating func endRow() throws(LabelFault) {
    try endField()
    if fields != [""] { finished.append(CommaSeparatedValues.Row(line: rowLine, fields: fields)) }
    fields.removeAll()
  }
}

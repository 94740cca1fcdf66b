/// Columns of text for a terminal.
struct TextTable {
  /// On which side a column's cells stand.
  enum Alignment { case left, right }

  private var rows: [[String]] = []
  private let alignments: [Alignment]
  private let hasHeader: Bool

  /// A table with a header, or without one.
  init(_ alignments: [Alignment], header: [String]? = nil) {
    self.alignments = alignments
    hasHeader = header != nil
    if let header { rows.append(header) }
  }

  mutating func add(_ cells: [String]) { rows.append(cells) }

  /// Whether there is no row but the header.
  var isEmpty: Bool { rows.count == (hasHeader ? 1 : 0) }

  /// The lines, two spaces between columns and before the first.
  var lines: [String] {
    let widths = alignments.indices.map { column in
      rows.map { column < $0.count ? $0[column].count : 0 }.max() ?? 0
    }
    return rows.map { row in
      var line = ""
      for (column, width) in widths.enumerated() {
        let cell = column < row.count ? row[column] : ""
        let space = String(repeating: " ", count: max(width - cell.count, 0))
        line += "  " + (alignments[column] == .left ? cell + space : space + cell)
      }
      return String(line.reversed().drop { $0 == " " }.reversed())
    }
  }

  /// A share in percent with one digit; a dash if there is nothing to share.
  static func percent(_ hits: Int, of count: Int) -> String {
    count > 0 ? percent(Double(hits) / Double(count)) : "–"
  }

  static func percent(_ share: Double) -> String { PhaseSpreadsheet.decimals(share * 100, 1) + " %" }

  /// A text truncated to a number of characters.
  static func shortened(_ text: String, to longest: Int) -> String {
    text.count > longest ? text.prefix(max(longest - 1, 0)) + "…" : text
  }
}

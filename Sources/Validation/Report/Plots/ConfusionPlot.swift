/// Truth against answer, each row shaded by its shares.
struct ConfusionPlot {
  private static let cell = (width: 62.0, height: 46.0)
  private static let left = 84.0
  private static let top = 40.0

  let matrix: ConfusionMatrix

  var markup: Markup {
    let height = Self.top + Self.cell.height * Double(matrix.rows.count) + 8
    let heads = matrix.answers.enumerated().map { column, answer -> Markup in
      "<text class=\"axis\" x=\"\(Self.x(column) + Self.cell.width / 2)\" y=\"32\" text-anchor=\"middle\">\(answer)</text>"
    }
    let rows = matrix.rows.enumerated().map { row, truth -> Markup in
      let middle = Self.top + Self.cell.height * (Double(row) + 0.5)
      let cells = truth.counts.enumerated().map { column, count in
        cell(count, of: truth.total, row: row, column: column)
      }
      return """
        <text class="axis" x="\(Self.left - 8)" y="\(middle)" text-anchor="end">\(truth.truth)\
        <tspan class="tick" x="\(Self.left - 8)" dy="13">n = \(truth.total)</tspan></text>\(cells.joined())
        """
    }
    let summary = matrix.rows.map { row in
      "\(row.truth): "
        + zip(matrix.answers, row.counts).map { "\($1) called \($0)" }.joined(separator: ", ")
    }.joined(separator: "; ")
    let plot: Markup = """
      <svg class="plot" viewBox="0 0 \(PlotFrame.width) \(max(height, PlotFrame.height))" role="img" \
      aria-label="Confusion matrix. \(summary)">\
      <text class="tick" x="\(Self.x(2))" y="12" text-anchor="middle">Answer</text>\
      <text class="tick" x="0" y="32">Truth</text>\(heads.joined())\(rows.joined())</svg>
      """
    return figure("Confusion matrix", plot, "<p class=\"legend-title\">Shaded by the share of each truth</p>")
  }

  private static func x(_ column: Int) -> Double { left + cell.width * Double(column) }

  private func cell(_ count: Int, of total: Int, row: Int, column: Int) -> Markup {
    let share = total > 0 ? Double(count) / Double(total) : 0
    let (x, y) = (Self.x(column), Self.top + Self.cell.height * Double(row))
    let place = row == column ? "hit" : "miss"
    let strong = share > 0.55 ? " strong" : ""
    return """
      <rect class="cell" x="\(x + 1)" y="\(y + 1)" width="\(Self.cell.width - 2)" height="\(Self.cell.height - 2)"/>\
      <rect class="\(place)" x="\(x + 1)" y="\(y + 1)" width="\(Self.cell.width - 2)" height="\(Self.cell.height - 2)" \
      fill-opacity="\(Markup(text: NumberFormat.decimal(share, digits: 3)))"/>\
      <text class="count\(strong)" x="\(x + Self.cell.width / 2)" y="\(y + 22)" text-anchor="middle">\(count)</text>\
      <text class="share\(strong)" x="\(x + Self.cell.width / 2)" y="\(y + 36)" text-anchor="middle">\
      \(NumberFormat.percent(share, digits: 0))</text>
      """
  }
}

import Validation

/// Axes of any range, drawn to the size that is asked for.
struct ChartFrame {
  var width = 352.0
  var height = 232.0
  var horizontal: ClosedRange<Double>
  var vertical: ClosedRange<Double>
  /// Ticks with their labels.
  var below: [(at: Double, label: String)]
  var beside: [(at: Double, label: String)]
  /// Titles; empty for none.
  var horizontalTitle = ""
  var verticalTitle = ""

  private var left: Double { verticalTitle.isEmpty ? 30 : 52 }
  private var bottom: Double { horizontalTitle.isEmpty ? 22 : 42 }
  private static let top = 8.0
  private static let right = 10.0

  func x(_ value: Double) -> Double { left + place(value, horizontal) * (width - left - Self.right) }
  func y(_ value: Double) -> Double { height - bottom - place(value, vertical) * (height - bottom - Self.top) }

  private func place(_ value: Double, _ range: ClosedRange<Double>) -> Double {
    let whole = range.upperBound - range.lowerBound
    guard whole > 0, value.isFinite else { return 0 }
    return min(max((value - range.lowerBound) / whole, 0), 1)
  }

  /// Marks within axes.
  ///
  /// - Parameter summary: the text alternative.
  func drawing(_ marks: Markup, summary: String) -> Markup {
    let across = below.map { tick -> Markup in
      """
      <text class="tick" x="\(x(tick.at))" y="\(height - bottom + 16)" text-anchor="middle">\(tick.label)</text>
      """
    }
    let up = beside.map { tick -> Markup in
      """
      <line class="grid" x1="\(x(horizontal.lowerBound))" y1="\(y(tick.at))" x2="\(x(horizontal.upperBound))" \
      y2="\(y(tick.at))"/><text class="tick" x="\(left - 7)" y="\(y(tick.at) + 3.5)" text-anchor="end">\(tick.label)</text>
      """
    }
    let titles: Markup =
      (horizontalTitle.isEmpty
        ? .none
        : """
        <text class="axis" x="\((x(horizontal.lowerBound) + x(horizontal.upperBound)) / 2)" y="\(height - 8)" \
        text-anchor="middle">\(horizontalTitle)</text>
        """)
      + (verticalTitle.isEmpty
        ? .none
        : """
        <text class="axis" transform="translate(11 \((Self.top + height - bottom) / 2)) rotate(-90)" \
        text-anchor="middle">\(verticalTitle)</text>
        """)
    return """
      <svg class="plot" viewBox="0 0 \(width) \(height)" role="img" aria-label="\(summary)">\
      \(up.joined())\(across.joined())\(marks)\(titles)</svg>
      """
  }

  /// A line through points.
  func line(_ points: [(Double, Double)], class name: String) -> Markup {
    var path = ""
    for (horizontal, vertical) in points {
      path += (path.isEmpty ? "M" : "L") + coordinates(horizontal, vertical)
    }
    return "<path class=\"line \(name)\" d=\"\(path)\"/>"
  }

  /// The area between the ends of intervals.
  func band(_ points: [(at: Double, low: Double, high: Double)], class name: String) -> Markup {
    guard points.count > 1 else { return .none }
    let path =
      "M" + points.map { coordinates($0.at, $0.low) }.joined(separator: "L") + "L"
      + points.reversed().map { coordinates($0.at, $0.high) }.joined(separator: "L") + "Z"
    return "<path class=\"band \(name)\" d=\"\(path)\"/>"
  }

  private func coordinates(_ horizontal: Double, _ vertical: Double) -> String {
    NumberFormat.decimal(x(horizontal), digits: 1) + " " + NumberFormat.decimal(y(vertical), digits: 1)
  }

  /// A dashed line across, at a value.
  func level(_ value: Double) -> Markup {
    """
    <line class="chance" x1="\(x(horizontal.lowerBound))" y1="\(y(value))" x2="\(x(horizontal.upperBound))" y2="\(y(value))"/>
    """
  }

  /// A dashed line from the lower left to the upper right.
  var diagonal: Markup {
    """
    <line class="chance" x1="\(x(horizontal.lowerBound))" y1="\(y(vertical.lowerBound))" \
    x2="\(x(horizontal.upperBound))" y2="\(y(vertical.upperBound))"/>
    """
  }

  /// A vertical axis of counts out of 100.
  static let hundred: [(at: Double, label: String)] = [0, 0.25, 0.5, 0.75, 1].map { ($0, String(Int($0 * 100))) }
}

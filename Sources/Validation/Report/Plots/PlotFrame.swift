/// Axes from 0 to 1, and how shares become coordinates.
package struct PlotFrame {
  /// The drawing's size in its own units.
  package static let width = 352.0
  package static let height = 312.0
  /// Room for the vertical axis's title and the ticks beside it.
  private static let left = 52.0
  private static let top = 8.0
  /// The side of the square between the axes.
  package static let sideX = 290.0
  package static let sideY = 262.0

  private let horizontal: String
  private let vertical: String

  /// Axes with their titles.
  package init(horizontal: String, vertical: String) {
    self.horizontal = horizontal
    self.vertical = vertical
  }

  /// Where a share stands, from the left.
  package static func x(_ share: Double) -> Double { left + min(max(share, 0), 1) * sideX }
  /// Where a share stands, from the top.
  package static func y(_ share: Double) -> Double { top + (1 - min(max(share, 0), 1)) * sideY }

  /// A drawing with axes, grid and ticks around some marks.
  ///
  /// - Parameter summary: the text alternative.
  package func drawing(_ marks: Markup, summary: String, diagonal: Bool = false) -> Markup {
    let ticks = [0.0, 0.25, 0.5, 0.75, 1].map { share -> Markup in
      let label = NumberFormat.decimal(share, digits: share == 0 || share == 1 ? 0 : 2)
      return """
        <line class="grid" x1="\(Self.x(share))" y1="\(Self.y(0))" x2="\(Self.x(share))" y2="\(Self.y(1))"/>\
        <line class="grid" x1="\(Self.x(0))" y1="\(Self.y(share))" x2="\(Self.x(1))" y2="\(Self.y(share))"/>\
        <text class="tick" x="\(Self.x(share))" y="\(Self.y(0) + 16)" text-anchor="middle">\(label)</text>\
        <text class="tick" x="\(Self.x(0) - 7)" y="\(Self.y(share) + 3.5)" text-anchor="end">\(label)</text>
        """
    }.joined()
    let line: Markup =
      diagonal
      ? """
      <line class="chance" x1="\(Self.x(0))" y1="\(Self.y(0))" x2="\(Self.x(1))" y2="\(Self.y(1))"/>
      """ : .none
    let middle = (Self.y(0) + Self.y(1)) / 2
    return """
      <svg class="plot" viewBox="0 0 \(Self.width) \(Self.height)" role="img" aria-label="\(summary)">\
      \(ticks)\(line)\(marks)\
      <text class="axis" x="\(Self.x(0.5))" y="\(Self.height - 8)" text-anchor="middle">\(horizontal)</text>\
      <text class="axis" transform="translate(10 \(middle)) rotate(-90)" text-anchor="middle">\(vertical)</text></svg>
      """
  }

  /// A line through points, without those that change nothing at the drawing's resolution.
  package static func line(_ points: [(Double, Double)], class name: String) -> Markup {
    var path = ""
    var last: (Int, Int)?
    for (horizontal, vertical) in points where horizontal.isFinite && vertical.isFinite {
      // Of hundreds of thousands of points few are left.
      let tenths = (Int((x(horizontal) * 10).rounded()), Int((y(vertical) * 10).rounded()))
      if let last, last == tenths { continue }
      path += "\(path.isEmpty ? "M" : "L")\(tenths.0 / 10).\(tenths.0 % 10) \(tenths.1 / 10).\(tenths.1 % 10)"
      last = tenths
    }
    return "<path class=\"line \(name)\" d=\"\(path)\"/>"
  }
}

/// A share with its interval on a line from 0 to 1.
package struct RangeLine {
  private let estimate: Estimate
  private let mark: Double?

  /// - Parameter mark: where to compare it with.
  package init(_ estimate: Estimate, mark: Double?) {
    self.estimate = estimate
    self.mark = mark
  }

  /// Nothing without a value.
  package var markup: Markup {
    guard let value = estimate.value else { return .none }
    func x(_ share: Double) -> Double { 4 + min(max(share, 0), 1) * 192 }
    var parts: Markup = "<line class=\"grid\" x1=\"4\" y1=\"9\" x2=\"196\" y2=\"9\"/>"
    if let low = estimate.low, let high = estimate.high {
      parts += "<line class=\"whisker\" x1=\"\(x(low))\" y1=\"9\" x2=\"\(x(high))\" y2=\"9\"/>"
    }
    if let mark { parts += "<line class=\"mark\" x1=\"\(x(mark))\" y1=\"1\" x2=\"\(x(mark))\" y2=\"17\"/>" }
    parts += "<circle class=\"point\" cx=\"\(x(value))\" cy=\"9\" r=\"4\"/>"
    return """
      <svg class="range" viewBox="0 0 200 18" preserveAspectRatio="xMinYMid" aria-hidden="true">\(parts)</svg>
      """
  }
}

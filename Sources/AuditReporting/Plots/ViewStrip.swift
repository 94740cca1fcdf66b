import AuditStatistics
import Validation

/// The mean probability of melanoma by what was shown: melanomas beside other lesions.
struct ViewStrip {
  let views: [AuditIllustrations.ViewProbability]

  private static let left = 172.0
  private static let width = 560.0
  private static let row = 30.0

  var markup: Markup {
    guard !views.isEmpty else { return .none }
    let height = Self.row * Double(views.count) + 46
    let bottom = Self.row * Double(views.count) + 4
    let ticks = [0.0, 0.25, 0.5, 0.75, 1].map { share -> Markup in
      """
      <line class="grid" x1="\(Self.x(share))" y1="4" x2="\(Self.x(share))" y2="\(bottom)"/>\
      <text class="tick" x="\(Self.x(share))" y="\(bottom + 15)" text-anchor="middle">\(Int(share * 100))</text>
      """
    }
    let rows = views.enumerated().map { index, view in row(view, at: Self.row * (Double(index) + 0.5) + 4) }
    let sentences = views.map { view in
      "\(name(view)): melanomas \(said(view.melanomas)), others \(said(view.others))"
    }
    return """
      <figure class="wide"><figcaption>Its probability of melanoma, by what it was shown</figcaption>\
      <svg class="plot strip" viewBox="0 0 \(Self.width) \(height)" role="img" \
      aria-label="Mean probability of melanoma of 100. \(sentences.joined(separator: "; "))">\(ticks.joined())\(rows.joined())\
      <text class="axis" x="\(Self.x(0.5))" y="\(height - 6)" text-anchor="middle">probability of melanoma, of 100, on \
      average</text></svg>\
      <ul class="legend"><li><span class="key mel"></span>melanomas</li><li><span class="key nv"></span>other lesions</li></ul>\
      <p class="footnote">The further apart the two dots, the better it tells melanomas from others with what it is shown. Where \
      the lesion is gone, they should fall together; where they do not, something else in the picture gives the lesion away.</p>\
      </figure>
      """
  }

  private static func x(_ share: Double) -> Double { left + min(max(share, 0), 1) * (width - left - 14) }

  private func said(_ estimate: Estimate) -> String {
    estimate.value.map { FigureText.number($0, .share) } ?? "unknown"
  }

  private func name(_ view: AuditIllustrations.ViewProbability) -> String {
    let name = ArmText.name(of: view.role)
    let isOnly = views.count { $0.role == view.role } == 1
    return isOnly || view.arm.isEmpty ? name : ArmText.name(view.arm, role: view.role, dose: view.dose)
  }

  private func row(_ view: AuditIllustrations.ViewProbability, at middle: Double) -> Markup {
    """
    <text class="axis" x="\(Self.left - 12)" y="\(middle + 4)" text-anchor="end">\(name(view))</text>\
    \(dot(view.others, "nv", middle + 4))\(dot(view.melanomas, "mel", middle - 4))
    """
  }

  private func dot(_ estimate: Estimate, _ key: String, _ y: Double) -> Markup {
    guard let value = estimate.value else { return .none }
    var whisker: Markup = .none
    if let low = estimate.low, let high = estimate.high {
      whisker = "<line class=\"reach \(key)\" x1=\"\(Self.x(low))\" y1=\"\(y)\" x2=\"\(Self.x(high))\" y2=\"\(y)\"/>"
    }
    return whisker + "<circle class=\"dot \(key)\" cx=\"\(Self.x(value))\" cy=\"\(y)\" r=\"4.5\"/>"
  }
}

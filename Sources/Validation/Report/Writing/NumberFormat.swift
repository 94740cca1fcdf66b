import Foundation
import TextOutput

/// Numbers as people read them.
package enum NumberFormat {
  /// A number with a fixed number of decimal digits; never "-0.0".
  package static func decimal(_ number: Double, digits: Int) -> String {
    let text = printed(number, digits: digits)
    return text.hasPrefix("-") && text.allSatisfy { "-0.".contains($0) } ? String(text.dropFirst()) : text
  }

  /// As C's `printf` writes it: the exact binary value, rounded half to even, so that 0.15, which is a little less, becomes 0.1. Foundation's
  /// formatter rounds the shortest decimal (0.2), and takes a hundred times as long, which large reports would feel.
  private static func printed(_ number: Double, digits: Int) -> String {
    guard number.magnitude < 1e15, (0...17).contains(digits) else {
      return String(format: "%.\(digits)f", locale: Locale(identifier: "en_US_POSIX"), number)
    }
    // 16 digits, a sign, a point, the decimals and the zero at the end.
    return withUnsafeTemporaryAllocation(of: CChar.self, capacity: 40) { buffer in
      let length = withVaList([Int32(digits), number]) { vsnprintf(buffer.baseAddress, buffer.count, "%.*f", $0) }
      return String(decoding: buffer.prefix(Int(max(length, 0))).lazy.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
  }

  /// A share in percent, with a narrow space before the sign.
  package static func percent(_ share: Double, digits: Int = 1) -> String {
    decimal(share * 100, digits: digits) + "\u{202F}%"
  }

  /// A figure as its measure is written: shares in percent, areas and scores as decimals.
  static func value(_ number: Double, of metric: Metric) -> String {
    metric.isShare ? percent(number) : decimal(number, digits: 3)
  }

  /// The estimate, or a dash.
  static func value(_ estimate: Estimate, of metric: Metric) -> String {
    estimate.value.map { value($0, of: metric) } ?? "–"
  }

  /// The interval's ends, such as "51.0–70.4 %"; empty where there is none.
  static func interval(_ estimate: Estimate, of metric: Metric) -> String {
    guard let low = estimate.low, let high = estimate.high else { return "" }
    return metric.isShare
      ? decimal(low * 100, digits: 1) + "–" + percent(high)
      : decimal(low, digits: 3) + "–" + decimal(high, digits: 3)
  }

  /// A whole number with thousands set apart by narrow spaces.
  package static func count(_ number: Int) -> String {
    (number < 0 ? "−" : "") + grouped(number.magnitude, by: "\u{202F}")
  }

  /// A count with its noun: "1 image", "2 images".
  package static func counted(_ number: Int, _ noun: String) -> String {
    "\(count(number)) \(noun)\(number == 1 ? "" : "s")"
  }

  /// Seconds as a person would say them.
  package static func duration(_ seconds: Double) -> String {
    guard seconds.isFinite, seconds >= 0, seconds < 1e9 else { return "–" }
    if seconds < 60 { return decimal(seconds, digits: 1) + " s" }
    return DurationText.text(Int(seconds.rounded()))
  }
}

extension Metric {
  /// Whether it is a share of images, which is read in percent.
  var isShare: Bool {
    switch self {
    case .kappa, .macroAUC, .brier, .calibrationError, .f1, .auc, .aucAboveSensitivity, .averagePrecision: false
    default: true
    }
  }
}

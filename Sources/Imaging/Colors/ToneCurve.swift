/// How a sample, 0 to 1, becomes light: (a x + b)^g from d on, c x below (ICC.1, parametric curve of type 3).
struct ToneCurve: Sendable {
  let g: Double
  let a: Double
  let b: Double
  let c: Double
  let d: Double

  /// IEC 61966-2-1.
  static let srgb = ToneCurve(g: 2.4, a: 1 / 1.055, b: 0.055 / 1.055, c: 1 / 12.92, d: 0.04045)

  /// x^g.
  static func power(_ g: Double) -> ToneCurve { ToneCurve(g: g, a: 1, b: 0, c: 0, d: 0) }

  /// Transfer characteristics by their code in ITU-T H.273, table 3; `nil` for those that are reserved, unspecified or not
  /// known to Chromium either.
  static func coded(_ code: UInt8) -> ToneCurve? {
    switch code {
    // Television's, as displayed (ITU-R BT.1886), which is how Chromium does it.
    case 1, 6, 11, 14, 15: power(2.4)
    case 4: power(2.2)
    case 5: power(2.8)
    case 7: ToneCurve(g: 1 / 0.45, a: 1 / 1.1115, b: 0.1115 / 1.1115, c: 0.25, d: 0.0912)
    case 8: power(1)
    case 13: srgb
    case 17: ToneCurve(g: 2.6, a: 1.034080, b: 0, c: 0, d: 0)
    default: nil
    }
  }
}

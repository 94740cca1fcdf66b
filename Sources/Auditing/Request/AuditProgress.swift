import TextOutput

/// The progress of an audit: how far, how fast, and the time left.
public struct AuditProgress: Sendable {
  private static let barColumns = 20

  /// Images that are done.
  public private(set) var images: Int
  /// Images that there are.
  public let total: Int
  /// Pieces of work that are done since the audit was started or resumed.
  public private(set) var steps = 0
  private let stepsLeft: Int
  private let started: ContinuousClock.Instant
  private var now: ContinuousClock.Instant

  init(images: Int, total: Int, stepsPerImage: Double, now: ContinuousClock.Instant = .now) {
    self.images = images
    self.total = total
    stepsLeft = Int((Double(total - images) * stepsPerImage).rounded(.up))
    started = now
    self.now = now
  }

  mutating func step(now: ContinuousClock.Instant = .now) {
    steps += 1
    self.now = now
  }

  mutating func endImage(now: ContinuousClock.Instant = .now) {
    images += 1
    self.now = now
  }

  /// The share of the work that is done since the audit was started or resumed, 0 to 1.
  public var share: Double { stepsLeft > 0 ? min(Double(steps) / Double(stepsLeft), 1) : 1 }

  /// Pieces of work a second; `nil` before the first.
  public var rate: Double? {
    let seconds = (now - started) / .seconds(1)
    return steps > 0 && seconds > 0 ? Double(steps) / seconds : nil
  }

  /// The time left, in seconds; `nil` before anything is known of it.
  public var secondsLeft: Double? { rate.map { Double(max(stepsLeft - steps, 0)) / $0 } }

  /// One line: a bar, numbers, rate and time left.
  public var line: String {
    let filled = Int(share * Double(Self.barColumns))
    var line = "[\(String(repeating: "█", count: filled))\(String(repeating: "·", count: Self.barColumns - filled))] "
    line += "\(images)/\(total) images"
    if let rate, let secondsLeft {
      let tenths = Int((rate * 10).rounded())
      line +=
        "  \(tenths / 10).\(tenths % 10) questions/s  \(DurationText.text(Int(secondsLeft.rounded(.up)), padded: true)) left"
    }
    return line
  }
}

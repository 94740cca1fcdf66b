import TextOutput

/// The progress of a run: how far, how fast, and the time left.
public struct RunProgress: Sendable {
  /// Examinations that the rate looks back over.
  private static let window = 40
  private static let barColumns = 20

  /// Images that there are.
  public let total: Int
  /// Images that are done, failed ones too.
  public private(set) var done: Int
  private var flagged = 0
  /// Images that could not be read.
  public private(set) var failed = 0
  /// When the latest examinations ended, the run's beginning first.
  private var recent: [ContinuousClock.Instant]

  /// The progress of a run with a number of images, some of which were read before.
  public init(total: Int, done: Int, now: ContinuousClock.Instant = .now) {
    self.total = total
    self.done = done
    recent = [now]
  }

  /// Counts one more.
  public mutating func add(isFlagged: Bool, isFailure: Bool, now: ContinuousClock.Instant = .now) {
    done += 1
    if isFlagged { flagged += 1 }
    if isFailure { failed += 1 }
    recent.append(now)
    if recent.count > Self.window { recent.removeFirst() }
  }

  /// Recent images per second; `nil` before the first.
  public var rate: Double? {
    guard recent.count > 1, let first = recent.first, let last = recent.last else { return nil }
    let seconds = (last - first) / .seconds(1)
    return seconds > 0 ? Double(recent.count - 1) / seconds : nil
  }

  /// The time left, in seconds; `nil` before anything is known of it.
  public var secondsLeft: Double? { rate.map { Double(max(total - done, 0)) / $0 } }

  /// One line: a bar, numbers, rate and time left.
  public var line: String {
    let share = total > 0 ? Double(done) / Double(total) : 1
    let filled = min(max(Int(share * Double(Self.barColumns)), 0), Self.barColumns)
    var line = "[\(String(repeating: "█", count: filled))\(String(repeating: "·", count: Self.barColumns - filled))] "
    line += "\(done)/\(total)"
    if let rate, let secondsLeft, done < total {
      line +=
        rate >= 1
        ? "  \(PhaseSpreadsheet.decimals(rate, 1)) images/s" : "  \(PhaseSpreadsheet.decimals(1 / rate, 1)) s per image"
      line += "  \(Self.duration(secondsLeft)) left"
    }
    if flagged > 0 { line += "  \(flagged) flagged" }
    if failed > 0 { line += "  \(failed) failed" }
    return line
  }

  /// A human-readable duration: `4 min 47 s`, `3 h 05 min`.
  static func duration(_ seconds: Double) -> String {
    guard seconds.isFinite, seconds < 1e9 else { return "long" }
    return DurationText.text(Int(seconds.rounded(.up)), padded: true)
  }
}

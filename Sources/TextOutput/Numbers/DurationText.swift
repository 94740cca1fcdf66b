/// Durations as a person says them.
public enum DurationText {
  /// For example `59 s`, `4 min 7 s`, `3 h 5 min`.
  ///
  /// - Parameters:
  ///   - seconds: whole seconds.
  ///   - padded: whether the smaller unit always has two digits, as in `3 h 05 min`.
  public static func text(_ seconds: Int, padded: Bool = false) -> String {
    func smaller(_ number: Int) -> String { padded && number < 10 ? "0\(number)" : "\(number)" }
    return switch seconds {
    case ..<60: "\(seconds) s"
    case ..<3600: "\(seconds / 60) min \(smaller(seconds % 60)) s"
    default: "\(seconds / 3600) h \(smaller(seconds % 3600 / 60)) min"
    }
  }
}

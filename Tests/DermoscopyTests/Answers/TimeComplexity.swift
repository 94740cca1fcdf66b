import Foundation

/// Tells linear from quadratic time by the processor's time of this thread, so that a busy machine changes nothing.
enum TimeComplexity {
  /// Whether four times the text takes far less than sixteen times the time.
  static func isLinear(of piece: String, _ body: (String) -> Void) -> Bool {
    let count = 6_000 / max(piece.utf8.count, 1)
    let short = String(repeating: piece, count: count)
    let long = String(repeating: piece, count: 4 * count)
    _ = time { body(short) }
    // A few milliseconds are the machine's own business.
    return time { body(long) } < 9 * time { body(short) } + 0.005
  }

  private static func time(_ body: () -> Void) -> Double {
    let start = now
    body()
    return now - start
  }

  private static var now: Double {
    var time = timespec()
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
  }
}

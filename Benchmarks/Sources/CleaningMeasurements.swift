import Dermoscopy
import Foundation

/// One thing that is timed.
struct CleaningMeasurement {
  var name: String
  /// Milliseconds; `nil` where nothing is promised.
  var limit: Double?
  var work: () -> Void

  private static let warmUps = 3
  private static let repetitions = 15

  /// Milliseconds of each repetition, shortest first.
  func run() -> [Double] {
    for _ in 0..<Self.warmUps { work() }
    let clock = ContinuousClock()
    return (0..<Self.repetitions).map { _ in
      let took = clock.measure { work() }.components
      return Double(took.seconds) * 1e3 + Double(took.attoseconds) * 1e-15
    }.sorted()
  }

  /// What cleaning is promised to do in time.
  static var all: [CleaningMeasurement] {
    let sentence = "The border is irregular and the color is not the same everywhere. "
    let repeated = String(repeating: sentence, count: 100_000 / sentence.utf8.count + 1)
    let varied = (0..<1_500).map { "Sentence \($0) tells of a network with \($0 &* 7919 % 1000) meshes. " }.joined()
    let cleaner = DescriptionCleaner(refusals: ["i cannot", "i'm sorry", "as an ai"])
    return [
      CleaningMeasurement(name: "find repeats in 100 kB of one sentence", limit: 50) {
        _ = RepeatFinder.containsRepeat(repeated)
      },
      CleaningMeasurement(name: "find repeats in 70 kB without any", limit: 50) {
        _ = RepeatFinder.containsRepeat(varied)
      },
      CleaningMeasurement(name: "clean a description of 100 kB of one sentence", limit: nil) {
        _ = cleaner.clean(repeated)
      },
    ]
  }

  /// Prints all as a table. Returns whether every limit was kept.
  static func printAll() -> Bool {
    func column(_ text: String, _ width: Int) -> String {
      String(repeating: " ", count: max(0, width - text.count)) + text
    }
    var isKept = true
    print("milliseconds" + column("shortest", 46) + column("median", 10) + column("longest", 10) + column("limit", 10))
    for measurement in all {
      let times = measurement.run()
      let figures = [times.first ?? 0, times[times.count / 2], times.last ?? 0].map { String(format: "%.2f", $0) }
      let limit = measurement.limit.map { String(format: "%.0f", $0) } ?? "–"
      let name = measurement.name.padding(toLength: 48, withPad: " ", startingAt: 0)
      print(name + column(figures[0], 10) + column(figures[1], 10) + column(figures[2], 10) + column(limit, 10))
      if let limit = measurement.limit, times[times.count / 2] > limit { isKept = false }
    }
    return isKept
  }
}

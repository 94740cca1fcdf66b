/// Lists of numbers as Slurm writes array indexes: `0-3,7,9-11`.
public enum NumberRanges {
  /// The text of some numbers, in ascending order; empty for none.
  public static func text(of numbers: some Sequence<Int>) -> String {
    var ranges: [ClosedRange<Int>] = []
    for number in Set(numbers).sorted() {
      if let last = ranges.last, last.upperBound + 1 == number {
        ranges[ranges.count - 1] = last.lowerBound...number
      } else {
        ranges.append(number...number)
      }
    }
    return ranges.map { $0.count == 1 ? "\($0.lowerBound)" : "\($0.lowerBound)-\($0.upperBound)" }
      .joined(separator: ",")
  }

  /// The numbers of a text such as `0-3,7`; `nil` for any other text, and for more than a million numbers.
  static func numbers(in text: some StringProtocol) -> [Int]? {
    var numbers: [Int] = []
    for part in text.split(separator: ",", omittingEmptySubsequences: false) {
      let ends = part.split(separator: "-", maxSplits: 1, omittingEmptySubsequences: false).map { Int($0) }
      guard let first = ends.first ?? nil, let last = ends.last ?? nil, first >= 0, first <= last,
        last - first < 1_000_000, numbers.count < 1_000_000
      else { return nil }
      numbers += first...last
    }
    return numbers
  }
}

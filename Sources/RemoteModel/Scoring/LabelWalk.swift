import Foundation

/// How probable labels are as the beginning of an answer, from the alternatives that a server gives at each token.
///
/// A label may be several tokens, and labels may share their first ones. So they are walked as a tree: each beginning that
/// could become a label is asked for once. A label's probability is the sum over the ways in which the model can write it.
struct LabelWalk {
  /// A beginning of labels whose next tokens are not known yet.
  struct Beginning: Hashable {
    /// What has been written, in UTF-8.
    var text: [UInt8]
    /// The sum of its tokens' log-probabilities.
    var logProbability: Double
  }

  private let labels: [[UInt8]]
  private var found: [Double]
  /// Beginnings that are to be asked for, those first that can have the most.
  private(set) var open: [Beginning] = [Beginning(text: [], logProbability: 0)]
  private(set) var asked = 0

  /// Ways less probable than this share of a label's best are left out: they change no digit that a report shows.
  static let leastShare = log(1e-4)
  /// Beginnings that are asked for at most.
  static let mostBeginnings = 12

  init(_ labels: [String]) {
    self.labels = labels.map { Array($0.utf8) }
    found = [Double](repeating: -.infinity, count: labels.count)
  }

  /// Takes the alternatives after a beginning.
  mutating func take(_ alternatives: [TokenAlternative], after beginning: Beginning) {
    open.removeAll { $0 == beginning }
    asked += 1
    let alternatives = Self.distinct(alternatives)
    var next: [[UInt8]: Double] = [:]
    for place in labels.indices where labels[place].starts(with: beginning.text) {
      let rest = labels[place].dropFirst(beginning.text.count)
      guard !rest.isEmpty else { continue }
      let ways = alternatives.filter { !$0.bytes.isEmpty && rest.starts(with: $0.bytes) }
      let best = ways.map(\.logProbability).max() ?? -.infinity
      for way in ways where way.logProbability >= best + Self.leastShare {
        let total = beginning.logProbability + way.logProbability
        if way.bytes.count == rest.count {
          found[place] = Self.sum(found[place], total)
        } else {
          next[beginning.text + way.bytes] = total
        }
      }
    }
    // Two ways to the same text are one beginning; the more probable one stands for both.
    for (text, total) in next {
      if let known = open.firstIndex(where: { $0.text == text }) {
        open[known].logProbability = max(open[known].logProbability, total)
      } else {
        open.append(Beginning(text: text, logProbability: total))
      }
    }
    open.sort { ($1.logProbability, $0.text.count) < ($0.logProbability, $1.text.count) }
  }

  /// Whether something that matters is still to be asked for.
  var isOver: Bool { open.isEmpty || asked >= Self.mostBeginnings }

  /// The labels' log-probabilities; a reason where they cannot be known well enough.
  func scores(of names: [String]) -> Result<[Double], Unscored> {
    for place in labels.indices {
      let name = names[place].trimmingCharacters(in: .whitespaces)
      guard found[place].isFinite else {
        return .failure(
          Unscored(
            reason: open.isEmpty
              ? "\(name) is not among the alternatives that the server gives"
              : "the codes are too many tokens at this server"))
      }
    }
    return .success(found.map { min($0, 0) })
  }

  /// Why labels have no scores.
  struct Unscored: Error, Equatable {
    var reason: String
  }

  private static func distinct(_ alternatives: [TokenAlternative]) -> [TokenAlternative] {
    var seen: Set<[UInt8]> = []
    return alternatives.filter { seen.insert($0.bytes).inserted }
  }

  /// log(exp(a) + exp(b)).
  private static func sum(_ first: Double, _ second: Double) -> Double {
    let (high, low) = (max(first, second), min(first, second))
    return high.isFinite ? high + log1p(exp(low - high)) : high
  }
}

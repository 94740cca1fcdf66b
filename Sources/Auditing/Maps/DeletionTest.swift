import Digests

/// Whether a map says more about where an answer hangs than no map would.
///
/// Blocks are taken away together, more and more of them, in the order that the map gives (the most needed first), and for
/// comparison from the centre outwards and in random orders. A map that is right makes the probability fall soonest. (Deletion
/// metric: Petsiuk et al. 2018, RISE.)
public struct DeletionTest: Sendable, Hashable {
  /// One order's probabilities.
  public struct Curve: Sendable, Hashable {
    /// The code's probability at each step.
    public let probabilities: [Double]
    /// The area under the probabilities over the share of blocks that are away, by trapezoids; from 0 to 1, lower is better.
    public let area: Double

    init(_ probabilities: [Double], steps: [Int]) {
      self.probabilities = probabilities
      let blocks = Double(steps.last ?? 1)
      area = zip(zip(steps, steps.dropFirst()), zip(probabilities, probabilities.dropFirst())).reduce(0) { sum, pair in
        sum + Double(pair.0.1 - pair.0.0) / blocks * (pair.1.0 + pair.1.1) / 2
      }
    }
  }

  /// Blocks that are away at each step: none, one, then up to all of them.
  public let steps: [Int]
  /// In the map's order.
  public let own: Curve
  /// From the centre outwards.
  public let centre: Curve
  /// In random orders.
  public let random: [Curve]

  /// The mean area of the random orders.
  public var randomArea: Double { random.map(\.area).reduce(0, +) / Double(max(random.count, 1)) }

  /// Whether the map's order is better than both others.
  public var passed: Bool { own.area < centre.area && own.area < randomArea }

  /// Random orders that are compared with.
  static let randomOrders = 2

  /// The steps for a number of blocks: none, one, an eighth, a quarter, half, three quarters, all.
  static func steps(of blocks: Int) -> [Int] {
    Array(Set([0, 1, blocks / 8, blocks / 4, blocks / 2, blocks * 3 / 4, blocks])).sorted()
  }

  /// Blocks by what the code loses without each, the most first; equal ones by their number.
  static func order(of changes: [Double]) -> [Int] {
    changes.indices.sorted { (changes[$0], $0) < (changes[$1], $1) }
  }

  /// Blocks by the distance of their middle from the picture's; equal ones by their number.
  static func fromCentre(perSide: Int) -> [Int] {
    func distance(_ block: Int) -> Int {
      let (row, column) = (2 * (block / perSide) + 1 - perSide, 2 * (block % perSide) + 1 - perSide)
      return row * row + column * column
    }
    return (0..<perSide * perSide).sorted { (distance($0), $0) < (distance($1), $1) }
  }

  /// Blocks in an order that follows from the picture's digest and the order's number.
  static func shuffled(_ blocks: Int, number: Int, of digest: SHA256Digest) -> [Int] {
    let keys = (0..<blocks).map { SHA256Digest(of: digest.bytes + Array("deletion \(number) \($0)".utf8)).hexadecimal }
    return (0..<blocks).sorted { keys[$0] < keys[$1] }
  }
}

/// Parts of a set of pixels that hang together by their four neighbours.
enum Components {
  /// Everything in the set that hangs together with some of its pixels.
  static func connected(to seeds: [Int], in set: [Bool], width: Int, height: Int) -> [Bool] {
    var reached = [Bool](repeating: false, count: set.count)
    var open = seeds.filter { set[$0] }
    for seed in open { reached[seed] = true }
    while let index = open.popLast() {
      let (x, y) = (index % width, index / width)
      for (isThere, other) in [
        (x > 0, index - 1), (x < width - 1, index + 1), (y > 0, index - width), (y < height - 1, index + width),
      ] where isThere && set[other] && !reached[other] {
        reached[other] = true
        open.append(other)
      }
    }
    return reached
  }

  /// The component with the largest weight, where a pixel's weight falls with its distance from the centre; `nil` for an
  /// empty set.
  static func central(_ set: [Bool], width: Int, height: Int, radii: [Float]) -> [Bool]? {
    var seen = [Bool](repeating: false, count: set.count)
    var (best, weight) = ([Bool]?.none, 0.0)
    for start in set.indices where set[start] && !seen[start] {
      let component = connected(to: [start], in: set, width: width, height: height)
      var sum = 0.0
      for index in component.indices where component[index] {
        seen[index] = true
        sum += Trigonometry.exponential(-2 * Double(radii[index]))
      }
      if sum > weight { (best, weight) = (component, sum) }
    }
    return best
  }

  /// The set with its holes: everything that does not hang together with the border outside it.
  static func filled(_ set: [Bool], width: Int, height: Int) -> [Bool] {
    let outside = set.map { !$0 }
    let border = set.indices.filter {
      $0 % width == 0 || $0 % width == width - 1 || $0 < width || $0 >= width * (height - 1)
    }
    return connected(to: border, in: outside, width: width, height: height).map { !$0 }
  }
}

/// Random numbers that are the same on every machine: SplitMix64 (Steele, Lea and Flood, 2014).
struct PhantomRandom {
  private var state: UInt64

  /// A stream of its own for these words: seed, index, layer.
  init(_ words: UInt64...) {
    state = 0x243F_6A88_85A3_08D3
    for word in words {
      state = PhantomRandom.mixed(state ^ PhantomRandom.mixed(word &+ 0x9E37_79B9_7F4A_7C15))
    }
  }

  static func mixed(_ value: UInt64) -> UInt64 {
    var z = value
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    return PhantomRandom.mixed(state)
  }

  /// From 0 up to, not including, 1, in steps of 2⁻²⁴.
  mutating func unit() -> Float {
    Float(next() >> 40) * (1 / 16_777_216)
  }

  mutating func within(_ low: Float, _ high: Float) -> Float {
    low + (high - low) * unit()
  }

  /// An integer of the closed range, which is small.
  mutating func count(_ range: ClosedRange<Int>) -> Int {
    range.lowerBound + Int(next() >> 33) % (range.upperBound - range.lowerBound + 1)
  }

  mutating func chance(_ probability: Float) -> Bool {
    unit() < probability
  }

  /// Bell-shaped with mean 0 and deviation 1, within ±3: the sum of twelve would be Gaussian, six are near enough.
  mutating func bell() -> Float {
    var sum: Float = 0
    for _ in 0..<6 { sum += unit() }
    return (sum - 3) * 1.414_213_5
  }

  /// One of the choices by weight; the last when rounding leaves none.
  mutating func pick<Choice>(_ choices: [(Choice, Float)], otherwise fallback: Choice) -> Choice {
    var total: Float = 0
    for (_, weight) in choices { total += weight }
    var rest = unit() * total
    for (choice, weight) in choices {
      rest -= weight
      if rest < 0 { return choice }
    }
    return fallback
  }

  mutating func shuffle<Element>(_ elements: inout [Element]) {
    guard elements.count > 1 else { return }
    for last in stride(from: elements.count - 1, to: 0, by: -1) {
      elements.swapAt(last, count(0...last))
    }
  }
}

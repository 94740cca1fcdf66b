/// Images by place, a bit each.
struct PlaceSet: Sendable {
  private var bits: [UInt64] = []

  init() {}

  init(_ places: [Int]) {
    bits = [UInt64](repeating: 0, count: ((places.max() ?? -1) + 64) / 64)
    for place in places { bits[place / 64] |= 1 << UInt64(place % 64) }
  }

  /// How many there are.
  var count: Int { bits.reduce(0) { $0 + $1.nonzeroBitCount } }

  func contains(_ place: Int) -> Bool {
    place / 64 < bits.count && bits[place / 64] & (1 << UInt64(place % 64)) != 0
  }

  mutating func formUnion(_ other: PlaceSet) {
    if bits.count < other.bits.count { bits += [UInt64](repeating: 0, count: other.bits.count - bits.count) }
    for index in other.bits.indices { bits[index] |= other.bits[index] }
  }
}

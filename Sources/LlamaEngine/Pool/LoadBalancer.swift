import Digests

/// The load of each engine, and which engine encoded each image last.
struct LoadBalancer {
  private struct Home {
    let member: Int
    var lastUse: UInt64
  }

  private var loads: [Int]
  private var homes: [SHA256Digest: Home] = [:]
  private let limit: Int
  private var uses: UInt64 = 0

  /// - Parameters:
  ///   - members: at least 1.
  ///   - limit: images that are remembered.
  init(members: Int, limit: Int) {
    loads = [Int](repeating: 0, count: max(1, members))
    self.limit = limit
  }

  /// The work in progress of each engine.
  var underWay: [Int] { loads }

  /// The member with the least to do, the first of several; counts its work as begun.
  mutating func enter() -> Int {
    let member = loads.indices.min { loads[$0] < loads[$1] } ?? 0
    loads[member] += 1
    return member
  }

  /// The member where an image was encoded before, or else the one with the least to do.
  mutating func enter(with image: SHA256Digest) -> Int {
    uses += 1
    if let home = homes[image] {
      homes[image]?.lastUse = uses
      loads[home.member] += 1
      return home.member
    }
    let member = enter()
    guard limit > 0 else { return member }
    if homes.count >= limit, let oldest = homes.min(by: { $0.value.lastUse < $1.value.lastUse }) {
      homes[oldest.key] = nil
    }
    homes[image] = Home(member: member, lastUse: uses)
    return member
  }

  /// Counts a member's work as done.
  mutating func leave(_ member: Int) {
    guard loads.indices.contains(member) else { return }
    loads[member] = max(0, loads[member] - 1)
  }
}

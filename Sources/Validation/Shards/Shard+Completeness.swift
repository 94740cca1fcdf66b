extension Shard {
  /// Numbers of missing shards that a message lists.
  private static let listed = 20

  /// What some shards of one run lack to be the whole of it, or have twice; empty if nothing.
  ///
  /// - Parameter shards: by number, with the names of their folders; all are of as many.
  package static func problems(_ shards: [(shard: Shard, name: String)]) -> [String] {
    var problems: [String] = []
    for (one, other) in zip(shards, shards.dropFirst()) where one.shard == other.shard {
      problems.append("\(one.shard) is there twice, in \(one.name) and in \(other.name)")
    }
    let there = Set(shards.map(\.shard.index))
    let count = shards.first?.shard.count ?? 0
    let missing = (0..<count).filter { !there.contains($0) }
    if !missing.isEmpty {
      let more = missing.count > listed ? " and \(missing.count - listed) more" : ""
      let list = missing.prefix(listed).map(String.init).joined(separator: ", ") + more
      problems.append("of \(count) shards, \(missing.count == 1 ? "one is" : "some are") missing: \(list)")
    }
    return problems
  }
}

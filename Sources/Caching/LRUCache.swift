/// Values by key, bounded in what they cost together: the least recently used ones make room for others.
///
/// Making room looks at every entry, which is quick for up to some thousands.
public struct LRUCache<Key: Hashable, Value> {
  fileprivate struct Entry {
    let value: Value
    let cost: Int
    var lastUse: UInt64
  }

  private let limit: Int
  private var entries: [Key: Entry] = [:]
  private var cost = 0
  private var uses: UInt64 = 0

  /// A cache without entries.
  ///
  /// - Parameter limit: what all values may cost together; 0 keeps none.
  public init(limit: Int) { self.limit = limit }

  /// Values that are kept.
  public var count: Int { entries.count }

  /// The value of a key, which is then the most recently used; `nil` when it is not kept.
  public mutating func value(of key: Key) -> Value? {
    uses += 1
    entries[key]?.lastUse = uses
    return entries[key]?.value
  }

  /// Keeps a value in place of the key's former one, if it fits the limit alone.
  ///
  /// - Parameters:
  ///   - value: the value.
  ///   - key: its key.
  ///   - valueCost: what it costs, such as its bytes; not negative.
  public mutating func insert(_ value: Value, for key: Key, cost valueCost: Int = 1) {
    guard valueCost <= limit else { return }
    cost -= entries.removeValue(forKey: key)?.cost ?? 0
    while cost > limit - valueCost, removeLeastRecentlyUsed() != nil {}
    uses += 1
    entries[key] = Entry(value: value, cost: valueCost, lastUse: uses)
    cost += valueCost
  }

  /// Removes the least recently used value and returns it; `nil` when there is none.
  @discardableResult public mutating func removeLeastRecentlyUsed() -> Value? {
    guard let oldest = entries.min(by: { $0.value.lastUse < $1.value.lastUse })?.key,
      let entry = entries.removeValue(forKey: oldest)
    else { return nil }
    cost -= entry.cost
    return entry.value
  }
}

extension LRUCache.Entry: Sendable where Key: Sendable, Value: Sendable {}
extension LRUCache: Sendable where Key: Sendable, Value: Sendable {}

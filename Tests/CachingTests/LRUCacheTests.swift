import Caching
import Testing

@Suite struct LRUCacheTests {
  @Test func `the least recently used make room until all fit`() {
    var cache = LRUCache<String, Int>(limit: 10)
    for (key, cost) in [("a", 4), ("b", 3), ("c", 3)] { cache.insert(cost, for: key, cost: cost) }
    #expect(cache.value(of: "a") == 4)
    cache.insert(5, for: "d", cost: 5)
    #expect(cache.count == 2 && cache.value(of: "b") == nil && cache.value(of: "c") == nil)
    #expect(cache.value(of: "a") == 4 && cache.value(of: "d") == 5)
  }

  @Test func `what alone is too much is not kept, and takes nobody's place`() {
    var cache = LRUCache<String, Int>(limit: 10)
    cache.insert(1, for: "a", cost: 10)
    cache.insert(2, for: "b", cost: 11)
    #expect(cache.count == 1 && cache.value(of: "a") == 1)
    var none = LRUCache<String, Int>(limit: 0)
    none.insert(1, for: "a")
    #expect(none.count == 0)
  }

  @Test func `a key has one value, and its cost is counted once`() {
    var cache = LRUCache<String, Int>(limit: 10)
    for value in 0..<100 { cache.insert(value, for: "a", cost: 10) }
    #expect(cache.count == 1 && cache.value(of: "a") == 99)
    #expect(cache.removeLeastRecentlyUsed() == 99 && cache.removeLeastRecentlyUsed() == nil)
    cache.insert(1, for: "b", cost: 10)
    #expect(cache.value(of: "b") == 1)
  }
}

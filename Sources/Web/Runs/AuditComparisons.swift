import AuditReporting
import Caching
import Datasets
import Faults
import UseCases

/// Two audits compared, one comparison at a time; the last ones are remembered.
actor AuditComparisons {
  /// What is sent of a comparison.
  struct Texts: Sendable {
    var document: String
    var page: String
  }

  private struct Pair: Hashable {
    var names: [String]
    var modified: [String]
  }

  private var known: LRUCache<Pair, Texts>

  /// - Parameter kept: comparisons that are remembered.
  init(kept: Int) { known = LRUCache(limit: kept) }

  /// A comparison's texts. It takes some seconds, during which others wait.
  ///
  /// - Throws: `AuditComparisonFault`, `LabelFault`, `UnwritableFile`, `EncodingError`.
  func texts(of first: StoredResults, _ second: StoredResults) throws -> Texts {
    let pair = Pair(
      names: [first.name, second.name],
      modified: [first, second].map { $0.modified.formatted(.iso8601) })
    if let texts = known.value(of: pair) { return texts }
    let comparison = try AuditComparison(first.folder, second.folder, called: (first.name, second.name))
    let texts = Texts(document: try comparison.json, page: comparison.page)
    known.insert(texts, for: pair)
    return texts
  }
}

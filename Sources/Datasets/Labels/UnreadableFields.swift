/// Fields of metadata that could not be read, counted, to be reported.
struct UnreadableFields {
  private var counts: [String: [String: Int]] = [:]

  mutating func add(_ column: String, _ field: String) { counts[column, default: [:]][field, default: 0] += 1 }

  /// A sentence for each column.
  func remarks(file: String) -> [String] {
    counts.sorted { $0.key < $1.key }.map { column, fields in
      "\(file): \(fields.values.reduce(0, +)) fields of \(column) that cannot be read, taken as unknown: "
        + WordCounts.listed(fields)
    }
  }
}

/// How often each word is in a table.
public enum WordCounts {
  /// The words as a sentence shows them, the commonest first: `scar 3, wart 1 and 2 more`.
  public static func listed(_ counts: [String: Int], atMost most: Int = 8) -> String {
    let sorted = counts.sorted { ($1.value, $0.key) < ($0.value, $1.key) }
    let more = sorted.count - most
    let shown = sorted.prefix(most).map { "\($0.key.isEmpty ? "(empty)" : $0.key) \($0.value)" }
    return shown.joined(separator: ", ") + (more > 0 ? " and \(more) more" : "")
  }
}

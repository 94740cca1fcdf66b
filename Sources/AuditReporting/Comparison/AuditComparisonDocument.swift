import AuditStatistics

/// `comparison.json` of two audits; docs/audit-comparison.schema.json describes it.
struct AuditComparisonDocument: Encodable {
  private struct Side: Encodable {
    var name: String
    var provenance: AuditProvenance
  }

  private struct Entry: Encodable {
    var number: Int
    var title: String
    var better: AuditComparison.Verdict
    var sentence: String
    var figures: [AuditDifference]
  }

  private var schema = AuditComparison.schema
  private var a: Side
  private var b: Side
  private var images: Int
  private var lesions: Int
  private var leftOut: [String]
  private var summary: String
  private var scorecard: [Entry]

  private enum CodingKeys: String, CodingKey {
    case schema, a, b, images, lesions
    case leftOut = "left_out"
    case summary, scorecard
  }

  init(_ comparison: AuditComparison) {
    a = Side(name: comparison.first.name, provenance: comparison.first.provenance)
    b = Side(name: comparison.second.name, provenance: comparison.second.provenance)
    images = comparison.differences.images
    lesions = comparison.differences.lesions
    leftOut = comparison.leftOut
    summary = comparison.summary
    scorecard = comparison.differences.entries.map { entry in
      Entry(
        number: entry.number, title: entry.title, better: AuditComparison.verdict(entry),
        sentence: AuditComparison.sentence(entry), figures: entry.figures)
    }
  }
}

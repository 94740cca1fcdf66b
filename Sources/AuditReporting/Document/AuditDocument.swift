import AuditStatistics
import Validation

/// `audit.json`; docs/audit.schema.json describes it.
struct AuditDocument: Encodable {
  let report: AuditReport

  init(_ report: AuditReport) { self.report = report }

  private enum CodingKeys: String, CodingKey {
    case schema, provenance, images, lesions, scorecard, arms, remarks, method, figures
    case riskCoverage = "risk_coverage"
    case reliability
    case shiftedReliability = "shifted_reliability"
    case views
    case viewExamples = "view_examples"
    case words, changes
  }

  func encode(to encoder: any Encoder) throws {
    let (figures, drawn) = (report.figures, report.illustrations)
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(AuditReport.schema, forKey: .schema)
    try container.encode(report.provenance, forKey: .provenance)
    try container.encode(figures.images, forKey: .images)
    try container.encode(figures.lesions, forKey: .lesions)
    try container.encode(figures.scorecard, forKey: .scorecard)
    try container.encode(report.arms, forKey: .arms)
    try container.encode(report.remarks, forKey: .remarks)
    try container.encode(figures.method, forKey: .method)
    try container.encode(figures.figures, forKey: .figures)
    try container.encode(figures.riskCoverage, forKey: .riskCoverage)
    try container.encode(figures.reliability, forKey: .reliability)
    try container.encode(figures.shiftedReliability, forKey: .shiftedReliability)
    try container.encode(drawn.views, forKey: .views)
    try container.encode(drawn.examples, forKey: .viewExamples)
    try container.encode(drawn.words, forKey: .words)
    try container.encode(drawn.changes, forKey: .changes)
  }
}

import Dermoscopy
import JSON

/// `GET /api/status/<job_id>`.
struct JobStatus: Encodable {
  let state: Job.State

  init(_ state: Job.State) { self.state = state }

  private enum CodingKeys: String, CodingKey {
    case status, result, examination, answer, error, reason
  }

  func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    switch state {
    case .queued: try container.encode("queued", forKey: .status)
    case .running: try container.encode("running", forKey: .status)
    case .done(.answer(let answer, _)):
      try container.encode("done", forKey: .status)
      try container.encode(answer, forKey: .answer)
    case .done(.examination(let report)):
      try container.encode("done", forKey: .status)
      try container.encode(SeedResult(report), forKey: .result)
      try container.encode(report, forKey: .examination)
    case .failed(let failure):
      try container.encode("error", forKey: .status)
      try container.encode(failure.message, forKey: .error)
      try container.encode(failure.reason, forKey: .reason)
    }
  }
}

/// What the seed's page reads of a result.
struct SeedResult: Encodable {
  /// What is shown where the truth is unknown: the seed's page shows texts.
  static let unknown = "N/A"

  let report: ExaminationReport

  init(_ report: ExaminationReport) { self.report = report }

  enum CodingKeys: String, CodingKey {
    case code = "ai_code"
    case truth = "gt_code"
    case attribute = "gt_attr"
    case observations = "raw_obs"
    case description = "adj_desc"
    case implication = "final_implication"
  }

  func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    let diagnosis: Diagnosis? = report.diagnosis
    try container.encode(diagnosis?.code.rawValue ?? Self.unknown, forKey: .code)
    try container.encode(report.groundTruth?.code ?? Self.unknown, forKey: .truth)
    try container.encode(report.groundTruth?.attribute ?? Self.unknown, forKey: .attribute)
    var observations = container.nestedContainer(keyedBy: JSONKey.self, forKey: .observations)
    for entry in report.observations.entries {
      try observations.encode(entry.observation.value, forKey: JSONKey(entry.question))
    }
    try container.encode(report.description?.cleaned ?? "", forKey: .description)
    try container.encode(implication, forKey: .implication)
  }

  /// One sentence.
  private var implication: String {
    let diagnosis: Diagnosis? = report.diagnosis
    guard let diagnosis else { return Self.unknown }
    let share =
      diagnosis.probabilities.map { known in
        let permille = Int((known[diagnosis.code] * 1_000).rounded())
        return "probability \(permille / 10).\(permille % 10) %"
      } ?? "probability unknown"
    let how =
      switch diagnosis.method {
      case .model: "chosen by the model"
      case .fallback: "the protocol's fallback"
      case .rule(let id): "by the rule \(id)"
      case .scored: "the most probable code"
      }
    return "\(diagnosis.code.rawValue), \(diagnosis.code.diagnosis): \(how); "
      + "\(share). For research; not a diagnosis."
  }
}

import Dermoscopy

/// How often two runs agree, regardless of the truth.
public struct RunAgreement: Sendable, Hashable, Codable {
  /// The codes.
  public struct Codes: Sendable, Hashable, Codable {
    /// Images with the same code.
    public var same: Estimate
    /// Cohen's kappa between the runs.
    public var kappa: Estimate
    /// The four codes: the order of rows and columns.
    public var codes = LesionCode.allCases.map(\.rawValue)
    /// Images by the first run's code (rows) and the second's (columns).
    public var table: [[Int]]
  }

  /// One question that both runs asked.
  public struct Question: Sendable, Hashable, Codable {
    /// The question's id.
    public var id: String
    /// Images with the same answer.
    public var same: Estimate
  }

  /// The codes; `nil` where one of the runs has none.
  public var codes: Codes?
  /// In the first run's order.
  public var questions: [Question]

  init(_ compared: ComparedImages, replicates: Int, seed: UInt64) {
    // The first run's answers in the truth's place give the same figures.
    let pairs = compared.images.compactMap { image -> Prediction? in
      guard let first = image.first.predicted, let second = image.second.predicted else { return nil }
      return Prediction(
        image: image.first.image, truth: .code(first), predicted: second, lesion: image.first.lesion,
        picture: image.first.picture)
    }
    if !pairs.isEmpty {
      let panel = MetricsPanel(pairs, Cohort.Resampling(replicates: replicates, seed: seed))
      var kappa = panel[MetricKey(metric: .kappa)]
      if kappa.value == nil { kappa.reason = "both runs give the same single code to every image" }
      codes = Codes(same: panel[MetricKey(metric: .accuracy)], kappa: kappa, table: panel.confusion.scope.map(\.counts))
    }
    questions = compared.questions.map { Question(id: $0.id, same: Estimate(rate: $0.same, of: $0.images)) }
  }
}

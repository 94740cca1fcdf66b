import Dermoscopy

/// One image in the report's table.
public struct ReportRow: Sendable {
  /// The image's name.
  public var image: String
  /// A small JPEG; empty where there is none.
  public var thumbnail: [UInt8] = []
  /// Phase 1's answers by question, in the protocol's order.
  public var answers: [RunDescription.Fact] = []
  /// Phase 2's text.
  public var description: CleanedDescription?
  /// Phase 3's code.
  public var code: LesionCode?
  /// Who chose it, as `DiagnosisMethod.name` spells it.
  public var method: String?
  /// What the model wrote in Phase 3.
  public var rawClassification = ""
  /// The codes' probabilities.
  public var probabilities: CodeProbabilities?
  /// Why there are none; `nil` if there are, or nothing was classified.
  public var unscored: String?
  /// What is wrong with the outputs.
  public var flags: [QualityFlag] = []
  /// The ground truth of the lesion.
  public var truth: GroundTruth?
  /// Further facts about the image: lesion, site, sex, age.
  public var facts: [RunDescription.Fact] = []
  /// Why the image could not be read.
  public var failure: String?

  /// An image that could not be read.
  public init(image: String, failure: String, truth: GroundTruth? = nil) {
    self.image = image
    self.failure = failure
    self.truth = truth
  }

  /// An image of which only some is known, to be filled in.
  public init(image: String) { self.image = image }

  /// An examined image.
  ///
  /// - Parameters:
  ///   - report: the examination's report.
  ///   - thumbnail: a JPEG, as ``Thumbnail`` makes it; empty for none.
  ///   - facts: what is shown besides, in this order.
  public init(_ report: ExaminationReport, thumbnail: [UInt8] = [], facts: [RunDescription.Fact] = []) {
    image = report.image.name
    self.thumbnail = thumbnail
    answers = report.observations.entries.map { RunDescription.Fact($0.question, $0.observation.value) }
    description = report.description
    code = report.diagnosis?.code
    method = report.diagnosis?.method.name
    rawClassification = report.diagnosis?.raw ?? ""
    probabilities = report.diagnosis?.probabilities
    unscored = report.diagnosis?.unscored
    flags = report.flags
    truth = report.groundTruth
    self.facts = facts
  }
}

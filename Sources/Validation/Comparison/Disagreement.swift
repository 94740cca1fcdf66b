import Dermoscopy

/// An image on which two runs disagree.
public struct Disagreement: Sendable {
  /// Who is right.
  public enum Verdict: String, Sendable, Hashable, Codable, CaseIterable {
    /// The first run alone.
    case first = "a"
    /// The second run alone.
    case second = "b"
    /// Both, although their other answers differ.
    case both
    /// None of them.
    case neither
    /// Unknown: there is no label, or no code.
    case unknown

    /// Judges two answers.
    public init(truth: GroundTruth?, first: LesionCode?, second: LesionCode?) {
      guard let truth, let first, let second else {
        self = .unknown
        return
      }
      self =
        switch (truth.agrees(with: first), truth.agrees(with: second)) {
        case (true, true): .both
        case (true, false): .first
        case (false, true): .second
        case (false, false): .neither
        }
    }

    /// As people read it.
    var words: String {
      switch self {
      case .first: "A is right"
      case .second: "B is right"
      case .both: "both are right"
      case .neither: "neither is right"
      case .unknown: "not judged"
      }
    }
  }

  /// The first run's report.
  public let first: ExaminationReport
  /// The second run's report.
  public let second: ExaminationReport
  /// The ground truth of the lesion.
  public let truth: GroundTruth?

  /// Who is right.
  public var verdict: Verdict {
    Verdict(truth: truth, first: first.diagnosis?.code, second: second.diagnosis?.code)
  }

  /// Questions that both answered, and not alike.
  public var differingQuestions: Set<String> {
    Set(
      first.observations.entries.filter { entry in
        second.observations[entry.question].map { $0.value != entry.observation.value } ?? false
      }.map(\.question))
  }
}

extension Disagreement: Encodable {
  private enum CodingKeys: String, CodingKey {
    case image, sha256
    case truth = "ground_truth"
    case verdict, a, b
  }

  private enum SideKeys: String, CodingKey {
    case diagnosis, observations, description, flags
  }

  /// Writes the image, its truth, who is right, and what each run says.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(first.image.name, forKey: .image)
    try container.encode(first.image.sha256, forKey: .sha256)
    try container.encode(truth, forKey: .truth)
    try container.encode(verdict, forKey: .verdict)
    for (key, report) in [(CodingKeys.a, first), (.b, second)] {
      var side = container.nestedContainer(keyedBy: SideKeys.self, forKey: key)
      try side.encode(report.diagnosis, forKey: .diagnosis)
      try side.encode(report.observations, forKey: .observations)
      try side.encode(report.description, forKey: .description)
      try side.encode(report.flags, forKey: .flags)
    }
  }
}

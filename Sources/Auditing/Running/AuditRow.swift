import AuditStatistics
import Dermoscopy
import Validation

/// What every row about an image says.
enum AuditRow {
  /// An answer about an image, before what only some arms say.
  static func answer(about sample: Sample, _ probed: ProbedAnswer, role: AuditRole, seed: UInt64) -> AuditAnswer {
    answer(
      about: sample, role: role, seed: seed, code: probed.code,
      probabilities: probed.shares)
  }

  static func answer(
    about sample: Sample, role: AuditRole, seed: UInt64, code: LesionCode?, probabilities: [Double]?
  ) -> AuditAnswer {
    var answer = AuditAnswer(
      image: sample.name, role: role, seed: seed, truth: sample.truth.map { Prediction.Truth($0.code) }, code: code,
      probabilities: probabilities)
    answer.lesion = sample.metadata.lesion
    answer.picture = sample.digest.isEmpty ? nil : sample.digest
    answer.group = sample.metadata.skinType
    return answer
  }
}

extension AuditAnswer {
  /// The answer with the scores before the model's calibration, where it carries one.
  func keepingRaw(_ probed: ProbedAnswer) -> AuditAnswer {
    var answer = self
    answer.setRaw(probed.raw.map { raw in LesionCode.allCases.map { raw[$0] } })
    return answer
  }
}

extension ProbedAnswer {
  /// The probabilities in the order of `LesionCode.allCases`; `nil` where the model gave none.
  var shares: [Double]? { probabilities.map { known in LesionCode.allCases.map { known[$0] } } }

  /// The notes' words by question.
  var words: [String: String] {
    Dictionary(notes.entries.map { ($0.question, $0.observation.value) }) { first, _ in first }
  }

  /// Whether a note says that something is there: a yes, or a structure of a list that has a word for none; `nil` if nothing
  /// of the kind was asked.
  func namesStructure(_ readingProtocol: ReadingProtocol) -> Bool? {
    let asked = readingProtocol.questions.filter { $0.answer.kind == .yesNo || $0.answer.none != nil }
    let values = asked.compactMap { question in notes[question.id].map { (question, $0.value) } }
    guard !values.isEmpty else { return nil }
    return values.contains { question, value in
      question.answer.kind == .yesNo ? value == "yes" : value != question.answer.none && value != Observation.unclear
    }
  }
}

extension ArmChange {
  /// Whether the change needs a picture of which all is known.
  var needsPhantom: Bool {
    switch self {
    case .trueNotes, .toggledPhantom, .planted: true
    default: false
    }
  }

  /// Whether the change is made once all controls are there.
  var needsOtherImages: Bool {
    switch self {
    case .anotherImage, .anotherNotes: true
    default: false
    }
  }
}

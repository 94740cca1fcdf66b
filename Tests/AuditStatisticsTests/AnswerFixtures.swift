import Dermoscopy
import Validation

@testable import AuditStatistics

/// The control's answer to an image.
func answer(
  _ image: String, _ probabilities: [Double], truth: LesionCode? = nil, seed: UInt64? = nil, lesion: String? = nil
) -> AuditAnswer {
  answer(image, .control, probabilities, truth: truth, seed: seed, lesion: lesion)
}

/// An answer under an arm.
func answer(
  _ image: String, _ role: AuditRole, _ probabilities: [Double], truth: LesionCode? = nil, arm: String = "",
  dose: Int = 0, seed: UInt64? = nil, target: LesionCode? = nil, lesion: String? = nil
) -> AuditAnswer {
  var answer = AuditAnswer(
    image: image, role: role, arm: arm, dose: dose, seed: seed, truth: truth.map(Prediction.Truth.code),
    probabilities: probabilities)
  answer.target = target
  answer.lesion = lesion
  return answer
}

extension AuditAnswer {
  /// The answer with scores before a calibration.
  func raw(_ probabilities: [Double]) -> AuditAnswer {
    var answer = self
    answer.setRaw(probabilities)
    return answer
  }
}

/// Figures of answers, with few resamples.
func figures(_ answers: [AuditAnswer]) -> AuditFigures { AuditFigures(AuditTable(answers), replicates: 100) }

/// Whether two numbers agree to 10⁻¹².
func near(_ one: Double?, _ other: Double) -> Bool { one.map { abs($0 - other) < 1e-12 } ?? false }

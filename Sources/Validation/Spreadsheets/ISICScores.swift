import Datasets
import Dermoscopy

/// Probabilities in the form of the ISIC 2018 challenge's Task 3, which `isic-challenge-scoring` reads.
///
/// That challenge has seven categories; those that are none of the four codes are always 0.
enum ISICScores {
  static let header = ["image", "MEL", "NV", "BCC", "AKIEC", "BKL", "DF", "VASC"]

  /// An examination's row; `nil` for one without a diagnosis.
  static func row(_ report: ExaminationReport) -> [String]? {
    guard let probabilities = report.diagnosis?.probabilities else { return nil }
    return [Labels.key(of: report.image.name)]
      + header.dropFirst().map { name in
        LesionCode(rawValue: name).map { PhaseSpreadsheet.decimals(probabilities[$0], 6) } ?? "0.0"
      }
  }
}

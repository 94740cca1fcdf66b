import Datasets
import Dermoscopy
import Faults

/// Probabilities in the form of the ISIC 2018 challenge's Task 3, which `isic-challenge-scoring` reads.
///
/// That challenge has seven categories; those that are none of the four codes are always 0. Every number has six decimals,
/// because that program takes no column whose numbers all lack a decimal point.
enum ISICScores {
  static let header = ["image", "MEL", "NV", "BCC", "AKIEC", "BKL", "DF", "VASC"]

  /// Decimal digits of a probability.
  private static let digits = 6
  private static let millionths = 1_000_000

  /// An examination's row; `nil` for one without a diagnosis. A diagnosis without probabilities counts as an image that could
  /// not be read.
  static func row(_ report: ExaminationReport) -> [String]? {
    guard let diagnosis = report.diagnosis else { return nil }
    guard let probabilities = diagnosis.probabilities else { return row(ofUnread: report.image.name) }
    return row(named: report.image.name, LesionCode.allCases.map { probabilities[$0] })
  }

  /// The row of an image that could not be read: the four codes alike. That program refuses a missing row; it takes a tie
  /// for undecided, which counts as wrong.
  static func row(ofUnread name: String) -> [String] {
    row(named: name, LesionCode.allCases.map { _ in 1 / Double(LesionCode.allCases.count) })
  }

  private static func row(named name: String, _ probabilities: [Double]) -> [String] {
    let written = Dictionary(uniqueKeysWithValues: zip(LesionCode.allCases, rounded(probabilities)))
    return [Labels.key(of: name)]
      + header.dropFirst().map { name in
        let share = LesionCode(rawValue: name).flatMap { written[$0] } ?? 0
        return PhaseSpreadsheet.decimals(Double(share) / Double(millionths), digits)
      }
  }

  /// Probabilities in whole millionths. If rounding would create a tie with the highest one, the last digit of the
  /// others is lowered: a tie counts as undecided, and only a true one should.
  static func rounded(_ probabilities: [Double]) -> [Int] {
    var whole = probabilities.map { share in
      share.isFinite ? Int((min(max(share, 0), 1) * Double(millionths)).rounded()) : 0
    }
    guard let highest = probabilities.max(), let first = probabilities.firstIndex(of: highest),
      probabilities.count(where: { $0 == highest }) == 1
    else { return whole }
    for place in whole.indices where place != first && whole[place] == whole[first] {
      if whole[place] > 0 { whole[place] -= 1 } else { whole[first] += 1 }
    }
    return whole
  }

  /// Makes sure that a run's images have distinct names in that file, before any of them is read.
  ///
  /// - Throws: ``AmbiguousScores``.
  static func check(_ names: [String]) throws(AmbiguousScores) {
    let byKey = Dictionary(grouping: names, by: Labels.key(of:)).filter { $0.value.count > 1 }
    guard let key = byKey.keys.min(), let same = byKey[key] else { return }
    throw AmbiguousScores(names: same, image: key, others: byKey.count - 1)
  }
}

/// Images that would have the same name in a file for ISIC's scoring program.
struct AmbiguousScores: Fault, Equatable {
  /// Their names.
  var names: [String]
  /// The name that they would share.
  var image: String
  /// How many more such names there are.
  var others: Int

  var kind: FaultKind { .unusableInput }
  var description: String {
    let more = others > 0 ? " (and \(others) more such name\(others == 1 ? "" : "s"))" : ""
    return "--isic-csv: \(names.joined(separator: " and ")) would all be \(image) there\(more), which ISIC's scoring "
      + "refuses; rename one, or leave --isic-csv out"
  }
}

import Dermoscopy
import Validation

/// Is it less sure of what none of the four codes is right for?
///
/// Such are images with another truth (AKIEC, DF, VASC), blank cards, and things that are no lesions. Lesions of both
/// kinds are resampled together.
struct ScopeFigures {
  private let cohort: Cohort
  /// By image, the highest probability.
  private let confidences: [Double?]
  /// By image, the kind of what is out of scope; `nil` for lesions of the four codes.
  private let kinds: [String?]
  private let resampling: Cohort.Resampling

  init(_ table: AuditTable, _ resampling: Cohort.Resampling) {
    self.resampling = resampling
    var named: [String: (confidence: Double?, kind: String?)] = [:]
    var predictions: [Prediction] = []
    func add(_ answer: AuditAnswer, kind: String?, prefix: String) {
      // An outsider's name may be that of an image, or come again under another arm.
      let name = prefix.isEmpty ? answer.image : "\(prefix)/\(answer.image)"
      guard named[name] == nil else { return }
      named[name] = (answer.confidence, kind)
      predictions.append(
        Prediction(
          image: name, truth: answer.truth, predicted: answer.code, lesion: answer.lesion, picture: answer.picture))
    }
    for answer in table.control {
      guard let answer, answer.probabilities != nil else { continue }
      switch answer.truth {
      case .code: add(answer, kind: nil, prefix: "")
      case .other(let name): add(answer, kind: name, prefix: "")
      case nil: break
      }
    }
    for answer in table.outsiders where answer.probabilities != nil {
      add(answer, kind: answer.arm, prefix: answer.arm)
    }
    let cohort = Cohort(predictions)
    self.cohort = cohort
    confidences = cohort.examinations.map { named[$0.image]?.confidence }
    kinds = cohort.examinations.map { named[$0.image]?.kind }
  }

  /// The area under the ROC curve of the highest probability, lesions of the four codes being the positives; and the
  /// share of what is out of scope whose answer is sure: all kinds together, then one by one.
  func figures() -> [AuditFigure] {
    let names = Set(kinds.compactMap(\.self)).sorted()
    let drafts = ([nil] + names.map(Optional.some)).flatMap { name -> [FigureDraft] in
      let out = kinds.indices.filter { kinds[$0] != nil && (name == nil || kinds[$0] == name) }
      let inside = kinds.indices.filter { kinds[$0] == nil }
      let places = (inside + out).sorted()
      let ranking = ScoreRanking(
        images: places, scores: places.map { confidences[$0] ?? 0 }, isPositive: places.map { kinds[$0] == nil }
      )
      let sure = kinds.indices.map { place -> Double? in
        kinds[place] != nil && (name == nil || kinds[place] == name)
          ? confidences[place].map { $0 > ChanceFigures.sure ? 1 : 0 } : nil
      }
      let insideSure = kinds.indices.map { place -> Double? in
        kinds[place] == nil ? confidences[place].map { $0 > ChanceFigures.sure ? 1 : 0 } : nil
      }
      return [
        FigureDraft(
          .scopeArea, group: name,
          Statistic(reason: "it needs lesions of the four codes, and something else") {
            Statistic.Basis(places: places) { ranking.areas($0).auc }
          }, floor: FigureDraft.chance(0.5)),
        FigureDraft(
          .scopeConfident, group: name, .mean(sure, isShare: true, reason: "nothing out of scope was asked"),
          floor: .statistic(.control, .mean(insideSure, isShare: true, reason: "no lesion of the four codes was asked"))
        ),
      ]
    }
    return LesionBootstrap(cohort: cohort, resampling: resampling).figures(drafts)
  }
}

import AuditStatistics
import Validation

/// One question of the audit: how it was asked, drawings, figures, the worst changes.
struct FamilySection {
  let report: AuditReport
  let family: AuditFamily
  let gallery: PictureGallery

  var markup: Markup {
    let changes = report.illustrations.changes.filter { $0.family == family }
    return """
      <section aria-labelledby="\(family.rawValue)">
      <h2 id="\(family.rawValue)">\(ArmText.heading(of: family))</h2>
      <p class="lead">\(lead)</p>
      \(wasAsked ? content + ChangesList(family: family, changes: changes, gallery: gallery).markup : unasked)
      </section>

      """
  }

  /// Whether the family has anything to show; chance and groups need the originals only.
  private var wasAsked: Bool {
    switch family {
    case .chance, .groups: report.figures.images > 0
    default: report.arms.contains { $0.family == family && $0.answers > 0 }
    }
  }

  private var unasked: Markup {
    let reasons = Set(report.arms.filter { $0.family == family }.compactMap(\.reason)).sorted()
    return """
      <p class="quiet">Not tried\(reasons.isEmpty ? "" : ": " + reasons.joined(separator: "; ")).</p>
      """
  }

  private var content: Markup {
    switch family {
    case .camera: CameraContent(report: report).markup
    case .looking: LookingContent(report: report, gallery: gallery).markup
    case .words: WordsContent(report: report).markup
    case .chance: ChanceContent(report: report).markup
    case .chain: ChainContent(report: report).markup
    case .groups: GroupsContent(report: report).markup
    }
  }

  private var lead: String {
    switch family {
    case .camera:
      "Each picture was shown again as another camera or another day might have taken it. Strength 1 is mild, 5 is severe. "
        + "Would another photograph have changed the answer?"
    case .looking:
      "Parts of the picture were taken away: the skin around the lesion, the lesion itself, everything. An answer that comes "
        + "from the lesion stays with the lesion alone, and goes when the lesion goes."
    case .words:
      "A diagnosis was printed into the picture, an opinion was put into the question, the diagnoses were listed in another "
        + "order. None of this is in the skin. Can it decide the answer? Another order and another wording are compared without the "
        + "correction that the model’s probabilities usually get, which was fitted to one order and one wording."
    case .chance:
      "The same picture was asked about again with other random numbers, and its own probabilities were compared with the "
        + "truth. Which answers should be set aside, and what is still missed?"
    case .chain:
      "It first notes what it sees, reviews the notes, and concludes from them. Notes were changed on the way. Can a note be "
        + "corrected and the conclusion trusted, and is the review worth reading?"
    case .groups:
      "For whom does it err more? Groups differ by luck alone, the more so the fewer cases there are; compare the difference "
        + "with that."
    }
  }
}

extension AuditReport {
  /// Figures of some measures that belong to no single arm, dose or group, in this order.
  func overall(_ measures: [AuditMeasure]) -> [AuditFigure] {
    measures.flatMap { measure in
      figures.figures.filter { $0.measure == measure && $0.arm == nil && $0.dose == nil && $0.group == nil }
    }
  }

  /// Figures of a measure that belong to an arm.
  func single(_ measure: AuditMeasure) -> [AuditFigure] {
    figures.figures.filter { $0.measure == measure && $0.arm != nil }
  }

  /// All figures of a measure.
  func all(_ measures: [AuditMeasure]) -> [AuditFigure] {
    measures.flatMap { measure in figures.figures.filter { $0.measure == measure } }
  }
}

/// A table that is opened on demand.
func folded(_ title: String, _ content: Markup) -> Markup {
  content.isEmpty ? .none : "<details class=\"groups\"><summary>\(title)</summary>\(content)</details>"
}

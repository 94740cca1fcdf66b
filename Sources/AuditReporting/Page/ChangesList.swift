import AuditStatistics
import Dermoscopy
import Validation

/// The worst changes of a family, as pairs of pictures with both answers.
struct ChangesList {
  let family: AuditFamily
  let changes: [AnswerChange]
  let gallery: PictureGallery

  var markup: Markup {
    guard family != .groups else { return .none }
    guard !changes.isEmpty else {
      return
        "<p class=\"quiet\">\(family == .looking ? "No answer stayed without the lesion." : "No answer changed.")</p>"
    }
    return """
      <h3 class="worst">\(title)</h3>
      <ol class="changes">\(changes.map(item).joined())</ol>
      """
  }

  private var title: String {
    let count = changes.count
    if family == .looking {
      return count == 1
        ? "An answer that stayed although the lesion was gone"
        : "Surest answers that stayed although the lesion was gone"
    }
    return count == 1 ? "The answer that changed" : "Worst changes: melanomas lost first, then right answers lost"
  }

  private func item(_ change: AnswerChange) -> Markup {
    let done = Self.done(change)
    let pictures: Markup =
      gallery.isEmpty
      ? .none
      : """
      <div class="pair">\(gallery.markup(.original(change.image), "The original"))\
      \(change.role.changesPicture ? gallery.markup(Self.picture(change), "Changed: \(done)") : .none)</div>
      """
    return """
      <li>\(pictures)<p><b><bdi>\(change.image)</bdi></b><span class="about">\(Self.truth(change.truth))</span>\
      <span class="about">\(done)</span></p>\
      <dl class="answers"><div><dt>before</dt><dd>\(Self.answer(change.before))</dd></div>\
      <div><dt>after</dt><dd>\(Self.answer(change.after))</dd></div></dl></li>
      """
  }

  private static func picture(_ change: AnswerChange) -> AuditPicture {
    AuditPicture(image: change.image, role: change.role, arm: change.arm, dose: change.dose)
  }

  /// What was changed, in words.
  static func done(_ change: AnswerChange) -> String {
    change.isRaw ? "\(words(change)); without the usual correction of its probabilities" : words(change)
  }

  private static func words(_ change: AnswerChange) -> String {
    if change.role == .control { return "asked again with other random numbers" }
    let name = ArmText.name(change.arm, role: change.role, dose: change.dose)
    switch change.role {
    case .printed: return "printed: \(change.target?.diagnosis ?? name) (\(name))"
    case .opinion: return "opinion: \(change.target?.diagnosis ?? name) (\(name))"
    case .note: return "note changed: \(name)"
    case .swap: return "another lesion’s notes (\(name))"
    default: return name
    }
  }

  private static func truth(_ truth: String?) -> String {
    truth.map { "truth: " + LesionCode.diagnosis(ofTruth: $0) } ?? "truth unknown"
  }

  private static func answer(_ side: AnswerChange.Side) -> Markup {
    let share = side.probabilities.max() ?? 0
    let name = side.code.rawValue
    return """
      <span class="key \(name.lowercased())"></span>\(name) \(NumberFormat.percent(share, digits: 0))
      """
  }
}

/// The questions that an audit asks: each arm belongs to one of them.
public enum AuditFamily: String, Sendable, Hashable, Codable, CaseIterable {
  /// Would another camera, another day or another photograph have changed the answer?
  case camera
  /// Does it look at the lesion?
  case looking
  /// Can a printed word, a colleague or a rewording decide?
  case words
  /// Does it know when it errs?
  case chance
  /// Do the conclusions come from the notes, and the notes from the image?
  case chain
  /// For whom does it err more?
  case groups
}

extension AuditRole {
  /// The family of arms with this role; `nil` for the control, which serves all.
  public var family: AuditFamily? {
    switch self {
    case .control: nil
    case .camera, .view: .camera
    case .null, .otherImage, .erased, .lesionOnly, .silhouette, .box, .shuffled: .looking
    case .printed, .neutral, .order, .paraphrase, .opinion: .words
    case .outOfScope: .chance
    case .note, .swap, .intervention, .planted, .untouched, .phantom: .chain
    }
  }

  /// Whether arms with this role ask another prompt than the one that a calibration was fitted to. Only of these, raw scores are
  /// compared where the answers have them.
  public var asksAnotherPrompt: Bool { [.order, .paraphrase, .opinion].contains(self) }

  /// Whether arms with this role change the picture that the model is shown.
  public var changesPicture: Bool {
    switch family {
    case .camera, .looking: true
    case .words: self == .printed || self == .neutral
    case .chain: self == .phantom
    case .chance: self == .outOfScope
    case .groups, nil: false
    }
  }
}

import Dermoscopy
import Perturbations
import VisionLanguage

/// Whether an arm can be asked of a model and a protocol at all.
struct ArmSuitability: Sendable {
  let readingProtocol: ReadingProtocol
  /// Whether the weights know only the wording that they were taught.
  let knowsOneWording: Bool
  /// Images that are phantoms of this program, by their names.
  let phantoms: Int
  /// Images of which true words are known, phantoms included.
  let known: Int
  /// Why the model gives no probabilities; `nil` if it does.
  let unscored: String?

  /// - Parameters:
  ///   - known: images of which true words are known; `nil` for the phantoms.
  ///   - unscored: why the model gives no probabilities.
  init(
    _ readingProtocol: ReadingProtocol, model: any VisionLanguageModel, phantoms: Int, known: Int? = nil,
    unscored: String? = nil
  ) {
    self.known = known ?? phantoms
    self.unscored = unscored
    self.readingProtocol = readingProtocol
    self.phantoms = phantoms
    // Weights that carry a calibration of Phase 3 were taught its wording, and no other.
    knowsOneWording = model.metadataNumbers("dermgemma.calibration.classification.temperature") != nil
  }

  private var onlyScores: Bool { readingProtocol.classification.method == .scored }

  /// Why an arm's change cannot be made, or says nothing; `nil` if it can.
  func objection(to change: ArmChange, of arm: AuditArm) -> String? {
    if let unscored, !arm.compared.isEmpty, arm.compared.allSatisfy(\.needsProbabilities) {
      return "its figures need probabilities, and \(unscored)"
    }
    return objection(to: change)
  }

  /// Why a change cannot be made; `nil` if it can.
  func objection(to change: ArmChange) -> String? {
    switch change {
    case .picture, .print, .noImage, .anotherImage, .free: return nil
    case .seed: return onlyScores ? "the protocol draws nothing by lot" : nil
    case .order(let code):
      return readingProtocol.classification.prompt.listing(first: code) == nil
        ? "the protocol's prompt does not list each code once" : nil
    case .rewording(let phrases):
      guard !knowsOneWording else { return "the model was taught one wording" }
      let pairs = phrases.map { ($0.phrase, $0.replacement) }
      return readingProtocol.classification.prompt.replacing(pairs) == nil
        ? "the protocol's prompt does not have the phrases" : nil
    case .opinion: return nil
    case .note(let question, let value, _):
      return notes(about: question)
        ?? (values(of: question).contains(value) ? nil : "\(value) is not a word of the question \(question)")
    case .emptied(let what):
      if onlyScores { return Self.noNotes }
      let needsDescription = what == .description && readingProtocol.review == nil
      return needsDescription ? "the protocol has no review" : nil
    case .anotherNotes: return onlyScores ? Self.noNotes : nil
    case .trueNotes(let count):
      if onlyScores { return Self.noNotes }
      if count > readingProtocol.questions.count { return "the protocol has fewer questions" }
      return known == 0 ? Self.noTrueWords : nil
    case .planted(let question), .untouched(let question):
      return notes(about: question) ?? (readingProtocol.review == nil ? "the protocol has no review" : nil)
    case .toggledPhantom(let question): return notes(about: question) ?? (phantoms == 0 ? Self.noPhantom : nil)
    }
  }

  private static let noNotes = "the protocol takes no notes"
  private static let noPhantom = "no image is a phantom of this program"
  private static let noTrueWords = noPhantom + ", and no table says true words"

  private func notes(about question: String) -> String? {
    if onlyScores { return Self.noNotes }
    return readingProtocol.questions.contains { $0.id == question }
      ? nil : "the protocol does not ask about \(question)"
  }

  private func values(of question: String) -> [String] {
    readingProtocol.questions.first { $0.id == question }?.answer.values ?? []
  }

  /// What a change costs for an image.
  func cost(of change: ArmCost.Change) -> ArmCost {
    switch change.change {
    case .picture: ArmCost(pictures: change.isRepeated ? 0 : 1)
    case .print, .toggledPhantom: ArmCost(pictures: 1)
    case .noImage, .seed: ArmCost(views: 1)
    case .order, .rewording, .opinion, .note, .emptied, .anotherNotes, .trueNotes: ArmCost(texts: 1)
    case .planted: ArmCost(reviews: 1)
    case .anotherImage, .untouched, .free: ArmCost()
    }
  }

  /// Images that a change concerns.
  func images(of change: ArmChange, among count: Int) -> Int {
    switch change {
    case .trueNotes: min(known, count)
    case .toggledPhantom: min(phantoms, count)
    default: count
    }
  }
}

extension ArmCost {
  /// A change, and whether an earlier arm makes the same picture.
  struct Change {
    var change: ArmChange
    var isRepeated: Bool
  }
}

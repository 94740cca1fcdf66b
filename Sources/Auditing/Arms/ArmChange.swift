import Dermoscopy
import Perturbations

/// What an arm changes.
public enum ArmChange: Sendable, Hashable {
  /// The picture.
  case picture(PictureChange)
  /// A text printed into the picture, chosen by the control's most probable code; the height of its letters in parts of the
  /// short side.
  case print([LesionCode: PrintedAnswer], height: Double)
  /// No picture at all.
  case noImage
  /// Another lesion's picture: its own answer in this one's place.
  case anotherImage
  /// Nothing but the seed, by so much.
  case seed(UInt64)
  /// The codes in the prompt, in cyclic order with this one first.
  case order(LesionCode)
  /// Phrases of Phase 3's prompt.
  case rewording([Phrase])
  /// Somebody's opinion after Phase 3's prompt; `{diagnosis}` stands for it. Right ones name the truth.
  case opinion(String, isRight: Bool)
  /// One note, set to a value that should make a code more probable, if one is expected.
  case note(question: String, value: String, toward: LesionCode?)
  /// What Phase 3 is not told.
  case emptied(Emptied)
  /// Notes and description, another lesion's.
  case anotherNotes
  /// This many notes, the first ones, set to the true words.
  case trueNotes(Int)
  /// One note, falsified before the review.
  case planted(question: String)
  /// Nothing: whether the review objects to this note as it is.
  case untouched(question: String)
  /// One attribute of a phantom.
  case toggledPhantom(question: String)
  /// Nothing: figures are computed from answers that are there.
  case free

  /// A printed text.
  public struct PrintedAnswer: Sendable, Hashable {
    /// What is printed.
    public let text: String
    /// The code that it names; `nil` for a word without meaning.
    public let code: LesionCode?
  }

  /// A phrase and what replaces it.
  public struct Phrase: Sendable, Hashable {
    /// As the prompt has it, once.
    public let phrase: String
    /// In its place.
    public let replacement: String
  }

  /// What is taken out of Phase 3's prompt.
  public enum Emptied: String, Sendable, Hashable, CaseIterable {
    /// Every note is `unclear`.
    case notes
    /// There is no description.
    case description
    /// Neither.
    case both
  }
}

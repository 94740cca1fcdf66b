import Faults

/// A picture that an arm cannot change, or a mask that does not fit it.
public enum PerturbationFault: Fault, Hashable {
  /// The picture is so narrow that a short side of the working size makes the other too long.
  case tooNarrow(width: Int, height: Int)
  /// The arm needs to know where the lesion is, and there is no mask; the reason says why.
  case noMask(reason: String)
  /// The mask's sides do not have the picture's proportions.
  case maskOfAnotherShape(width: Int, height: Int, pictureWidth: Int, pictureHeight: Int)
  /// The arm prints a word that depends on the code, and has none for this one.
  case noWord(code: String?)
  /// A word is too long for the picture at its height.
  case wordDoesNotFit(word: String)
  /// A part of the program gave what it must not.
  case inconsistent(String)

  public var kind: FaultKind {
    if case .inconsistent = self { .bug } else { .unusableInput }
  }

  public var description: String {
    switch self {
    case .tooNarrow(let width, let height):
      "a picture of \(width) × \(height) pixels is too narrow to be changed"
    case .noMask(let reason): "there is no mask of the lesion: \(reason)"
    case .maskOfAnotherShape(let width, let height, let pictureWidth, let pictureHeight):
      "a mask of \(width) × \(height) pixels does not have the proportions of a picture of "
        + "\(pictureWidth) × \(pictureHeight)"
    case .noWord(let code): "the arm has no word to print for \(code ?? "a picture without a code")"
    case .wordDoesNotFit(let word): "\(word) does not fit into the picture at this height"
    case .inconsistent(let reason): reason
    }
  }
}

import Dermoscopy
import Phantoms
import VisionLanguage

/// A picture that is a phantom of this program, whose every attribute is therefore known.
struct KnownPhantom: Sendable {
  let generator: PhantomGenerator
  let index: Int
  let truth: PhantomTruth
  let width: Int
  let height: Int

  /// Whether an image's name is that of a phantom, as `phantoms` names them: `phantom-SEED-00001`.
  static func isNamed(_ name: String) -> Bool { numbers(in: name) != nil }

  /// The phantom that a picture is; `nil` if it is none, to the last pixel.
  init?(_ picture: PixelImage, named name: String) {
    guard let (seed, index) = Self.numbers(in: name) else { return nil }
    let generator = PhantomGenerator(seed: seed)
    let phantom = generator.phantom(index, width: picture.width, height: picture.height)
    guard phantom.image == picture else { return nil }
    self.generator = generator
    self.index = index
    truth = phantom.truth
    (width, height) = (picture.width, picture.height)
  }

  private static func numbers(in name: String) -> (seed: UInt64, index: Int)? {
    let file = name.split(separator: "/").last ?? ""
    let parts = (file.split(separator: ".").first ?? "").split(separator: "-", omittingEmptySubsequences: false)
    guard parts.count == 3, parts[0] == "phantom", let seed = UInt64(parts[1]), parts[2].count == 5,
      let index = Int(parts[2])
    else { return nil }
    return (seed, index)
  }

  /// The picture with an attribute toggled; `nil` where that cannot be done.
  func toggled(_ question: String) -> PixelImage? {
    generator.toggled(index, question, width: width, height: height)?.image
  }

  /// The true answer to a question, in its canonical words; `nil` for a question that the phantom cannot answer.
  func words(for question: Question) -> String? {
    let text = truth.value(for: question.id)
    guard !text.isEmpty else { return nil }
    let value = AnswerReader(form: question.answer, subject: question.label).value(of: text)
    return value == Observation.unclear ? nil : value
  }
}

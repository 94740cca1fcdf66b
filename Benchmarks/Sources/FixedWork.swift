import Dermoscopy
import Foundation
import VisionLanguage

/// The same work for everybody: a protocol's prompts, filled with fixed words, and fixed numbers of tokens.
struct FixedWork: Encodable {
  static let questionTokens = 8
  static let descriptionTokens = 120
  static let codeTokens = 3
  /// What every question is taken to be answered with.
  static let answer = " irregular, yes, dots and globules, dark brown"
  /// What every review is taken to say; some 120 tokens of Gemma's.
  static let description = """
     The shape is consistent with the image and the pigment network is visible. The structures are consistent: dots and \
    globules lie in the middle and at the border. The colors are consistent, dark brown before all. The lesion is \
    asymmetric in two axes, its border is irregular and sharp, and it is larger than most. There is no regression and no \
    blue-white veil; no vessels are visible. The surface is even, the skin around it is light and without any finding, and \
    the hairs do not hide the lesion.
    """

  /// What goes before each of the model's answers.
  var prefix: String
  var questions: [String]
  var review: String
  var classification: String
  /// The part of `classification` that is the same for every image.
  var classificationOpening: String
  var tokens = ["question": Self.questionTokens, "description": Self.descriptionTokens, "code": Self.codeTokens]

  /// A built-in protocol whose answers have the fixed lengths.
  static func fixedProtocol(_ name: String) throws -> ReadingProtocol {
    guard let document = ReadingProtocol.builtinDocument(named: name) else {
      return try ReadingProtocol.builtin(named: name)
    }
    var text = String(decoding: document, as: UTF8.self)
    for (own, fixed) in [(32, questionTokens), (256, descriptionTokens), (16, codeTokens)] {
      text = text.replacing("\"max_tokens\": \(own)\n", with: "\"max_tokens\": \(fixed)\n")
    }
    // A rule would answer for the model; here it always writes.
    text = text.replacing("\"method\": \"rules\"", with: "\"method\": \"model\"")
    if let rules = text.range(of: "\"rules\": ["), let choices = text.range(of: "\"choices\""),
      let fallback = text.range(of: "\"fallback\"")
    {
      text.replaceSubrange(rules.lowerBound..<fallback.lowerBound, with: "")
      _ = choices
    }
    return try ReadingProtocol(json: Array(text.utf8), name: name)
  }

  /// The prompts that an examination by a protocol puts when every answer is the fixed one.
  init(_ readingProtocol: ReadingProtocol) async throws {
    let recorder = PromptRecorder()
    _ = try await Examination.examine(
      try Examination.image(0, side: 8), with: recorder, by: readingProtocol)
    let prompts = recorder.prompts
    prefix = readingProtocol.answerPrefix
    questions = prompts.dropLast(2).map(\.text)
    review = prompts.dropLast().last?.text ?? ""
    classification = prompts.last?.text ?? ""
    classificationOpening = prompts.last?.prefix ?? ""
  }
}

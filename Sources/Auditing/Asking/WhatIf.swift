import Dermoscopy
import Digests
import Imaging
import Perturbations
import VisionLanguage

/// One picture asked twice: as it is, and with something changed.
///
/// Both are asked as an audit asks: at an audit's working size, the codes scored, Phase 1's words the likeliest ones, and what is
/// still drawn with the seed of the original.
public struct WhatIf: Sendable {
  private let reader: AuditReader
  private let controls: ControlAnswers

  /// A way to ask.
  ///
  /// - Parameters:
  ///   - model: that answers.
  ///   - readingProtocol: the protocol.
  ///   - seed: of what is drawn.
  ///   - controls: answers about pictures as they are that may be used again; of the same model and protocol.
  public init(
    _ model: any VisionLanguageModel, readingProtocol: ReadingProtocol, seed: UInt64, controls: ControlAnswers
  ) {
    reader = AuditReader(model: model, readingProtocol: readingProtocol, arms: [], seed: seed)
    self.controls = controls
  }

  /// Asks about a picture.
  ///
  /// - Parameters:
  ///   - change: what is changed.
  ///   - image: the original.
  ///   - name: what the answer calls it.
  /// - Throws: ``QuestionFault`` for a picture that cannot be changed so; the model's `Fault`; `CancellationError`.
  public func answer(_ change: WhatIfChange, of image: DecodedImage, name: String) async throws -> WhatIfAnswer {
    try await QuestionFault.naming {
      let subject = try PerturbationSubject(original: image.image)
      let before = try await control(subject, of: image)
      try Task.checkCancellation()
      let (picture, word) = try changed(subject, by: change, verdict: before.answer.likeliest)
      let after = try await reader.asked(picture, original: image.digest)
      return WhatIfAnswer(
        name: name, image: image, readingProtocol: reader.readingProtocol, before: before, after: after,
        picture: try Self.thumbnail(picture), word: word)
    }
  }

  private func control(_ subject: PerturbationSubject, of image: DecodedImage) async throws -> AskedPicture {
    let key = ControlAnswers.Key(digest: image.digest, seed: reader.seed)
    if let known = controls[key] { return known }
    var asked = try await reader.asked(subject.control, original: image.digest)
    let answer = asked
    asked.counts = ExaminationCounts()
    asked.prompts = 0
    asked.isRemembered = true
    controls[key] = asked
    return answer
  }

  private func changed(
    _ subject: PerturbationSubject, by change: WhatIfChange, verdict: LesionCode?
  ) throws(PerturbationFault) -> (PixelImage, word: String?) {
    switch change {
    case .picture(let change): return (try subject.changed(by: change), nil)
    case .print(let text, let height):
      let word = text ?? (verdict == .melanoma ? "NEVUS" : "MELANOMA")
      return (try subject.changed(by: .printedWord(.same(word), height: height)), word)
    }
  }

  /// The longer side of the picture that goes with an answer, in pixels.
  private static let shownSide = 360

  private static func thumbnail(_ picture: PixelImage) throws -> [UInt8] {
    let scale = min(1, Double(shownSide) / Double(max(picture.width, picture.height)))
    let (width, height) = (Double(picture.width) * scale, Double(picture.height) * scale)
    let smaller = try ImagePreparer.prepare(
      picture, as: .resize(width: max(Int(width.rounded()), 1), height: max(Int(height.rounded()), 1), contrast: 1),
      nativeSide: 0)
    return try ImageEncoder.jpeg(smaller, quality: 80)
  }
}

/// An answer about one picture, with all that it cost.
public struct AskedPicture: Sendable, Hashable {
  /// What was answered.
  public var answer: ProbedAnswer
  /// The codes' probabilities.
  public var probabilities: CodeProbabilities
  /// What it cost, encoding included; nothing for an answer that was remembered.
  public var counts: ExaminationCounts
  /// Prompts that were asked for it.
  public var prompts: Int
  /// Whether the answer was there already.
  public var isRemembered = false
}

extension AuditReader {
  /// Asks about a picture of the working size.
  func asked(_ picture: PixelImage, original: SHA256Digest) async throws -> AskedPicture {
    let prepared = try prepared(picture)
    return try await asked(original: original) { try await model.encode(prepared) }
  }

  /// Asks about what a model has in view, and closes the view.
  func asked(original: SHA256Digest, view: () async throws -> any ImageContext) async throws -> AskedPicture {
    let view = try await view()
    do {
      let answer = try await probe(original).examine(view, words: .likeliest)
      await view.close()
      guard let probabilities = answer.probabilities else {
        throw NoProbabilities(
          protocolID: readingProtocol.id,
          reason: try await probe(original).reasonWithoutProbabilities() ?? "the model gives none")
      }
      var counts = answer.counts
      counts.imageEncodes += view.cost.imageEncodes
      counts.promptTokens += view.cost.promptTokens
      counts.sharedPromptTokens += view.cost.sharedPromptTokens
      return AskedPicture(answer: answer, probabilities: probabilities, counts: counts, prompts: answer.prompts)
    } catch {
      await view.close()
      throw error
    }
  }
}

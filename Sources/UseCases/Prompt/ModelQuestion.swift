import Dermoscopy
import Imaging
import LlamaEngine
import VisionLanguage

/// One question to a model that is loaded, outside of any protocol's phases.
public struct ModelQuestion: Sendable {
  /// The prompt; nothing in it is read as a special token.
  public var text: String
  /// How the answer begins; `nil` for the protocol's own beginning.
  public var answerPrefix: String?
  /// The most tokens of the answer.
  public var maxTokens = 128
  /// The temperature; 0 is greedy.
  public var temperature = 0.0
  /// The seed of the random numbers.
  public var seed: UInt32 = 0

  /// A question with the defaults of everything else.
  public init(_ text: String) { self.text = text }

  /// The question as an engine gets it.
  ///
  /// - Parameter readingProtocol: says how an answer begins, unless the question does.
  public func request(by readingProtocol: ReadingProtocol) -> GenerationRequest {
    var sampling = Sampling.greedy(maxTokens: maxTokens)
    if temperature > 0 { sampling = Sampling(temperature: temperature, maxTokens: maxTokens) }
    let prompt = Prompt(text: text, answerPrefix: answerPrefix ?? readingProtocol.answerPrefix)
    return GenerationRequest(prompt: prompt, sampling: sampling, seed: seed)
  }

  /// A model's answer, with an image before the prompt or without.
  ///
  /// - Parameters:
  ///   - model: who answers.
  ///   - readingProtocol: how the image is prepared, and how the answer begins.
  ///   - image: the image; `nil` for none.
  /// - Throws: a `Fault` for what the engine meets, as a prompt that does not fit; `CancellationError`.
  public func answer(
    of model: any VisionLanguageModel, by readingProtocol: ReadingProtocol, seeing image: DecodedImage?
  ) async throws -> Generation {
    let request = request(by: readingProtocol)
    guard let image else { return try await Self.answer(to: request, of: model) }
    guard let side = model.imageSide else { throw EngineFault.noProjector }
    let context = try await model.encode(
      try ImagePreparer.prepare(image.image, as: readingProtocol.preparation, nativeSide: side))
    do {
      let answer = try await Self.answer(to: request, of: context)
      await context.close()
      return answer
    } catch {
      await context.close()
      throw error
    }
  }

  private static func answer(
    to request: GenerationRequest, of model: any LanguageModel
  ) async throws -> Generation {
    var answer: Generation?
    for stream in try await model.respond(to: [request]) {
      for try await event in stream {
        if case .finished(let generation) = event { answer = generation }
      }
    }
    guard let answer else { throw EngineFault.closed }
    return answer
  }
}

import DICOM
import Dermoscopy
import Imaging
import LlamaEngine
import Reading
import RemoteModel
import VisionLanguage

/// A request to send one prompt to a model, outside of any protocol: what `ask` does.
public struct PromptRequest: Sendable {
  /// A model's answer.
  public struct Answer: Sendable {
    /// The tokens of the prompt's text; those of the image are not among them.
    public let promptTokens: [Int32]
    /// What the model generated.
    public let generation: Generation
  }

  /// The prompt; nothing in it is read as a special token.
  public var text: String
  /// How an image is prepared, and how an answer begins.
  public var readingProtocol: ReadingProtocol
  /// How the answer begins; `nil` for the protocol's own beginning.
  public var answerPrefix: String?
  /// The image's file; `nil` for none.
  public var image: String?
  /// The most tokens of the answer.
  public var maxTokens = 128
  /// The temperature; 0 is greedy.
  public var temperature = 0.0
  /// The seed of the random numbers.
  public var seed: UInt32 = 0
  /// The endpoint whose model answers; `nil` for a model in this process.
  public var endpoint: RemoteConfiguration?
  /// The text model's file; `nil` for the default model.
  public var weights: String?
  /// Its projector's file. Without an image, a text model that is named needs none.
  public var projector: String?
  /// LoRA adapters that change the text model.
  public var adapters: [EngineConfiguration.AdapterChoice] = []
  /// The arithmetic of the image's encoder.
  public var precision = ImagePrecision.f32
  /// Processors that may be used; `nil` for all that help the model.
  public var threads: Int?
  /// Where to compute.
  public var device = ComputeDevice.automatic
  /// What is wanted of a DICOM file.
  public var dicom = DICOMOptions()

  /// A request with the defaults of everything else.
  public init(_ text: String, readingProtocol: ReadingProtocol) {
    self.text = text
    self.readingProtocol = readingProtocol
  }

  /// Reads the image, loads the model and sends the prompt.
  ///
  /// - Throws: a `Fault`, for the image before the model is loaded; `CancellationError`.
  public func run() async throws -> Answer {
    var question = ModelQuestion(text)
    (question.answerPrefix, question.maxTokens) = (answerPrefix, maxTokens)
    (question.temperature, question.seed) = (temperature, seed)
    let decoded = try image.map { try ImageDecoder.decode(fileAt: $0, dicom: dicom) }
    if let endpoint {
      let model = try await RemoteVisionLanguageModel(endpoint, readings: 1)
      return Answer(
        promptTokens: [], generation: try await question.answer(of: model, by: readingProtocol, seeing: decoded))
    }
    let prompt = question.request(by: readingProtocol).prompt
    let files = try files(seeing: decoded != nil)
    var configuration = EngineConfiguration(
      weights: files.weights, projector: files.projector, threads: threads, images: 1, answers: 1,
      demand: .init(longestPrompts: [prompt], longestAnswer: maxTokens), device: device)
    (configuration.adapters, configuration.precision) = (adapters, precision)
    let model = try LlamaVisionLanguageModel(configuration)

    let generation = try await question.answer(of: model, by: readingProtocol, seeing: decoded)
    await model.close()
    return Answer(
      promptTokens: model.promptTokens(of: prompt, afterImage: decoded != nil), generation: generation)
  }

  /// The weights and projector to ask.
  private func files(seeing: Bool) throws -> (weights: String, projector: String?) {
    if !seeing, let weights, projector == nil { return (weights, nil) }
    let location = try ModelLocation.chosen(weights: weights, projector: projector)
    return (location.weights, location.projector)
  }
}

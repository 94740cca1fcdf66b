import CLlama
import Digests
import Foundation
import VisionLanguage
import Weights

/// MedGemma, or any other Gemma 3 with or without eyes, on llama.cpp. Loaded once; shared by everyone.
public final class LlamaVisionLanguageModel: VisionLanguageModel {
  let vocabulary: Vocabulary
  let engine: DecodingEngine
  let encoder: ImageEncoder?
  private let format: ChatFormat
  private let text: TextWeights
  private let projector: ProjectorWeights?
  private let identification: Task<ModelIdentity, any Error>
  private let tokensPerSequence: Int

  /// Checks the files, loads them and makes room for the sequences.
  ///
  /// The files are checked in Swift before llama.cpp sees them, which aborts on some faults.
  ///
  /// - Throws: a `Fault` that names the file and what is wrong with it.
  public init(_ configuration: EngineConfiguration) throws {
    text = try TextWeights(path: configuration.weights)
    projector = try configuration.projector.map { try ProjectorWeights(path: $0) }
    if let projector { _ = try WeightsPair(text: text, projector: projector) }

    try LlamaBackend.load()
    let usesGPU = try configuration.usesGPU && LlamaBackend.devices().contains(where: \.isGraphicsProcessor)
    let model = try LlamaModel(path: configuration.weights, usesGPU: usesGPU)
    let vocabulary = try Vocabulary(of: model)
    self.vocabulary = vocabulary
    let format = ChatFormat(vocabulary: vocabulary)
    self.format = format
    let encoding = try configuration.projector.map { path in
      ImageEncoder(
        projector: try Projector(path: path, for: model, threads: configuration.threads, usesGPU: usesGPU))
    }
    encoder = encoding

    let imageTokens = projector?.tokensPerImage ?? 0
    var tokens = EngineConfiguration.defaultTokensPerSequence
    if !configuration.demand.longestPrompts.isEmpty {
      let longest = configuration.demand.longestPrompts.map { format.withoutImage($0).count }.max() ?? 0
      tokens = imageTokens + longest + configuration.demand.longestAnswer + Self.spareTokens
    }
    tokens = min(tokens, max(model.trainedContext, Self.leastTokens))
    // llama.cpp rounds a sequence's cells up to a multiple of 256.
    tokens = (tokens + 255) / 256 * 256
    tokensPerSequence = tokens
    let context = try LlamaContext(
      of: model,
      shape: .init(
        sequences: configuration.views + configuration.answers, tokensPerSequence: tokens,
        batchTokens: max(EngineConfiguration.batchTokens, imageTokens), threads: configuration.threads,
        usesGPU: usesGPU))
    engine = DecodingEngine(context: context, vocabulary: vocabulary, viewSequences: configuration.views)

    let name = text.name
    let engineName = Self.engineName(usesGPU: usesGPU)
    identification = Task.detached {
      ModelIdentity(
        name: name, weights: try SHA256Digest(ofFileAt: configuration.weights),
        projector: try configuration.projector.map { try SHA256Digest(ofFileAt: $0) }, engine: engineName)
    }
  }

  /// Markers and roundings beside the prompt, the image and the answer.
  private static let spareTokens = 32
  private static let leastTokens = 256

  private static func engineName(usesGPU: Bool) -> String {
    let devices = (try? LlamaBackend.devices()) ?? []
    let graphics = devices.filter { usesGPU && $0.isGraphicsProcessor }.map(\.name)
    let processor = "CPU (" + LlamaBackend.processorFeatures.joined(separator: " ") + ")"
    return "llama.cpp \(LlamaBackend.version), " + (graphics + [processor]).joined(separator: ", ")
  }

  deinit {
    identification.cancel()
  }

  /// Ends everything that is under way; who still waits gets an error.
  public func close() async { await engine.close() }

  /// Which weights these are; waits until their digests are taken.
  public var identity: ModelIdentity {
    get async throws { try await identification.value }
  }

  public var recommendedSampling: VisionLanguage.RecommendedSampling {
    let recommended = text.recommendedSampling
    // The file holds 32-bit numbers; a report should say 0.95 and not 0.949999988.
    func short(_ number: Double?) -> Double? { number.flatMap { Double("\(Float($0))") } }
    return VisionLanguage.RecommendedSampling(
      temperature: short(recommended.temperature), topK: recommended.topK, topP: short(recommended.topP),
      minP: short(recommended.minP),
      repeatPenalty: short(recommended.repeatPenalty), repeatWindow: recommended.penaltyWindow)
  }

  public var imageSide: Int? { projector?.imageSide }

  public func metadataNumbers(_ key: String) -> [Double]? { text.numbers(key) }

  /// Tokens that a sequence holds: prompt, image and answer together.
  public var contextTokens: Int { tokensPerSequence }

  /// The numbers of a prompt's tokens as they are put to the model; an image's own are not among them.
  ///
  /// - Parameter sees: whether the prompt stands after an image. What stands before the image comes first then.
  public func promptTokens(of prompt: Prompt, afterImage sees: Bool) -> [Int32] {
    guard sees, let bounds = vocabulary.imageBounds else { return format.withoutImage(prompt) }
    return format.beforeImage(bounds) + format.afterImage(bounds, prompt)
  }

  public func look(at image: PixelImage) async throws -> any ImageView {
    guard let encoder, let bounds = vocabulary.imageBounds else { throw EngineFault.noProjector }
    let (embedding, took) = try await encoder.encode(image)
    let before = format.beforeImage(bounds)
    let number = try await engine.open(after: before, embeddings: embedding.numbers, count: embedding.count)
    return LlamaImageView(
      number: number, engine: engine, format: format, bounds: bounds,
      cost: LookingCost(imageEncodes: 1, promptTokens: before.count + embedding.count, encoding: took))
  }

  public func respond(to requests: [GenerationRequest]) async throws -> [GenerationStream] {
    let format = format
    return try await engine.generate(
      requests.map { TokenRequest(prompt: format.withoutImage($0.prompt), sampling: $0.sampling, seed: $0.seed) },
      view: nil)
  }

  public func score(_ labels: [String], after prompt: Prompt) async throws -> LabelScores {
    let format = format
    let scoring = try LabelTokens(labels, after: prompt) { format.withoutImage($0) }
    return try await engine.score(scoring.labels, after: scoring.prompt, view: nil)
  }
}

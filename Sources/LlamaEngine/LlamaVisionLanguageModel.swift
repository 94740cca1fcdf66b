import CLlama
import Digests
import Foundation
import VisionLanguage
import Weights

/// A model of any family in `ModelFamilies`, multimodal or text-only, on llama.cpp. Loaded once and shared by all callers.
public final class LlamaVisionLanguageModel: VisionLanguageModel {
  let vocabulary: Tokenizer
  let engine: DecodingEngine
  let encoder: VisionEncoder?
  private let format: ChatFormat
  private let text: TextWeights
  private let projector: ProjectorWeights?
  private let hasAdapters: Bool
  private let identification: WeightsIdentification
  /// The memory and sequences that it was given.
  public let capacity: EngineCapacity
  /// Threads for decoding, and those for encoding.
  public let threads: (decoding: Int, encoding: Int)

  /// Checks the files, loads them and makes room for the sequences.
  ///
  /// The files are checked in Swift before llama.cpp sees them, which aborts on some faults.
  ///
  /// - Throws: a `Fault` that names the file and what is wrong with it.
  public init(_ configuration: EngineConfiguration) throws {
    let families = configuration.families
    text = try TextWeights(path: configuration.weights, families: families)
    projector = try configuration.projector.map { try ProjectorWeights(path: $0, families: families) }
    if let projector { _ = try WeightsPair(text: text, projector: projector) }

    let adapters = try Self.adapters(configuration, for: text)
    hasAdapters = !adapters.isEmpty
    let files = try OpenedWeights(configuration)

    try LlamaBackend.load()
    let usesGPU = try configuration.device.usesGPU()
    let precision = projector == nil ? .f32 : configuration.precision
    let arithmetic = try precision.arithmetic(usesGPU: usesGPU)
    let model = try LlamaModel(path: configuration.weights, usesGPU: usesGPU, overrides: text.vocabulary.overrides)
    let vocabulary = Tokenizer(of: model, weights: text)
    self.vocabulary = vocabulary
    let format = try ChatFormat(text.chat, tokenizer: vocabulary, path: text.path)
    self.format = format
    let cores = configuration.processors ?? EngineConfiguration.availableThreads
    let threads = Self.threads(configuration, text, projector, cores: cores)
    self.threads = threads
    let shares = !usesGPU && projector != nil && threads.decoding + threads.encoding > cores
    let thread = ComputeThread(name: "dermgemma-decode")
    let isCutUp = shares && projector.map { $0.fileSize >= ThreadChoice.smallWeights } ?? false
    let options = Projector.Options(
      threads: threads.encoding, usesGPU: usesGPU, arithmetic: arithmetic, sharedThread: isCutUp ? thread : nil)
    let imageRules = text.imageTokens
    encoder = try projector.map { projector in
      let thread = shares ? thread : ComputeThread(name: "dermgemma-encode")
      return try VisionEncoder(
        projector, reading: imageRules, for: model, options: options,
        cacheBytes: configuration.embeddingCacheBytes, on: thread.executor(for: .images))
    }
    let adapter =
      adapters.isEmpty ? nil : try LlamaAdapter(adapters, of: model, architecture: text.family.architecture)
    for file in files.all { try file.checkName() }

    let imageTokens = projector?.tokensPerImage ?? 0
    let tokens = Self.tokensPerSequence(
      configuration.demand, format, imageTokens: imageTokens, trainedContext: model.trainedContext)
    let capacity = EngineCapacity(configuration, text: text, projector: projector, tokensPerSequence: tokens)
    self.capacity = capacity
    let context = try LlamaContext(
      of: model, adapter: adapter,
      shape: .init(
        sequences: capacity.sequences, tokensPerSequence: tokens,
        batchTokens: max(EngineConfiguration.batchTokens, imageTokens), threads: threads.decoding, usesGPU: usesGPU))
    engine = DecodingEngine(
      context: context, vocabulary: vocabulary, imageAttention: imageRules.attention,
      division: .init(images: capacity.images, prefixes: capacity.prefixes),
      ignoresEndOfTurn: configuration.ignoresEndOfTurn,
      longestFilledGap: configuration.longestFilledGap ?? ThreadChoice.longestFilledGap(forWeightsOf: text.fileSize),
      on: thread.executor(for: .answers))

    identification = WeightsIdentification(
      of: files, name: text.name, engine: Self.engineName(usesGPU: usesGPU), precision: precision,
      memory: configuration.digests)
  }

  private static func threads(
    _ configuration: EngineConfiguration, _ text: TextWeights, _ projector: ProjectorWeights?, cores: Int
  ) -> (decoding: Int, encoding: Int) {
    func threads(forWeightsOf bytes: Int) -> Int {
      configuration.threads ?? ThreadChoice.threads(forWeightsOf: bytes, processors: cores)
    }
    return (threads(forWeightsOf: text.fileSize), threads(forWeightsOf: projector?.fileSize ?? 0))
  }

  private static func adapters(
    _ configuration: EngineConfiguration, for text: TextWeights
  ) throws(WeightsFault) -> [(weights: AdapterWeights, scale: Double)] {
    var adapters: [(weights: AdapterWeights, scale: Double)] = []
    for choice in configuration.adapters {
      adapters.append((try AdapterWeights(path: choice.path, for: text), choice.scale))
    }
    return adapters
  }

  /// The cells of a sequence: room for the longest prompt and answer, a multiple of 256, to which llama.cpp rounds up.
  private static func tokensPerSequence(
    _ demand: EngineConfiguration.Demand, _ format: ChatFormat, imageTokens: Int, trainedContext: Int
  ) -> Int {
    var tokens = EngineConfiguration.defaultTokensPerSequence
    if !demand.longestPrompts.isEmpty {
      let longest = demand.longestPrompts.map { format.withoutImage($0).count }.max() ?? 0
      tokens = imageTokens + longest + demand.longestAnswer + spareTokens
    }
    tokens = min(tokens, max(trainedContext, leastTokens))
    return (tokens + 255) / 256 * 256
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

  /// Ends all work in progress; callers that still wait get an error.
  public func close() async { await engine.close() }

  /// The identity of the weights; waits until their digests are computed.
  ///
  /// - Throws: an `EngineFault` when a file cannot be read or was written to since it was loaded; `CancellationError`.
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

  /// Of weights that an adapter changes, nothing that was measured on them holds any more.
  public func metadataNumbers(_ key: String) -> [Double]? { hasAdapters ? nil : text.numbers(key) }

  /// Statistics since it was loaded.
  public var statistics: EngineStatistics {
    get async {
      let statistics = await engine.statistics
      return await encoder?.add(to: statistics) ?? statistics
    }
  }

  /// The numbers of a prompt's tokens as they are put to the model; an image's own are not among them.
  ///
  /// - Parameters:
  ///   - prompt: the turn, of which nothing is read as a special token.
  ///   - sees: whether the prompt comes after an image. What comes before the image comes first then.
  public func promptTokens(of prompt: Prompt, afterImage sees: Bool) -> [Int32] {
    guard sees, format.takesImages else { return format.withoutImage(prompt) }
    return format.beforeImage + format.afterImage(prompt)
  }

  public func encode(_ image: PixelImage) async throws -> any ImageContext {
    try await encode(image, digest: image.digest)
  }

  public var imageTokenGrid: ImageTokenGrid? {
    // Tokens of a fixed square in rows; elsewhere their number depends on the image.
    guard let projector, projector.tokenBounds == nil, text.imageTokens.positions == .sequential else { return nil }
    let side = Int(Double(projector.tokensPerImage).squareRoot())
    return side > 0 && side * side == projector.tokensPerImage ? ImageTokenGrid(columns: side, rows: side) : nil
  }

  public func encode(_ image: PixelImage, blanking blanked: Set<Int>) async throws -> any ImageContext {
    try await encode(image, digest: image.digest, blanking: blanked)
  }

  /// Looks at an image whose digest is known.
  ///
  /// - Throws: `NoImageTokens` when tokens are to be blanked and the model has no grid of them.
  func encode(
    _ image: PixelImage, digest: SHA256Digest, blanking blanked: Set<Int> = []
  ) async throws -> any ImageContext {
    guard let encoder, format.takesImages else { throw EngineFault.noProjector }
    if !blanked.isEmpty, imageTokenGrid == nil { throw NoImageTokens() }
    let outcome = try await encoder.encode(image, digest: digest)
    let embedding = outcome.embedding.blanking(blanked)
    let before = format.beforeImage
    let opened = try await engine.open(after: before, image: embedding)
    let read = opened.isPrefixNew ? before.count : 0
    return LlamaImageContext(
      number: opened.number, engine: engine, format: format,
      cost: EncodingCost(
        imageEncodes: outcome.isNew ? 1 : 0, promptTokens: read + embedding.count,
        sharedPromptTokens: before.count - read, encoding: outcome.took))
  }

  public func respond(to requests: [GenerationRequest]) async throws -> [GenerationStream] {
    let format = format
    return try await engine.generate(
      requests.map {
        TokenRequest($0, prompt: format.prompt(withoutImage: $0.prompt))
      }, image: nil)
  }

  public func score(_ labels: [String], after prompt: Prompt) async throws -> LabelScores {
    let format = format
    let scoring = try LabelTokens(labels, after: prompt) { format.withoutImage($0) }
    let prefix = min(format.prompt(withoutImage: prompt).prefix, max(0, scoring.prompt.count - 1))
    return try await engine.score(
      scoring.labels, after: TokenPrompt(tokens: scoring.prompt, prefix: prefix), image: nil)
  }

  public func respond(to request: GenerationRequest, scoring labels: [String]) async throws -> ScoredAnswer {
    let format = format
    let prompt = format.prompt(withoutImage: request.prompt)
    let scoring = try LabelTokens(labels, after: request.prompt) { format.withoutImage($0) }
    let tokens = TokenRequest(request, prompt: prompt)
    // Tokenising a label may move the end of the prompt; then prompt and labels are decoded separately.
    guard scoring.prompt == prompt.tokens else {
      async let scores = score(labels, after: request.prompt)
      guard let stream = try await engine.generate([tokens], image: nil).first else { throw EngineFault.closed }
      return ScoredAnswer(stream: stream, scores: try await scores)
    }
    return try await engine.generate(tokens, scoring: scoring.labels, image: nil)
  }
}

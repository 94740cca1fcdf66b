import Digests
import Faults

/// Something that answers prompts: the model alone, or the model with an image in its context.
public protocol LanguageModel: Sendable {
  /// Submits several prompts at once; they are answered concurrently and never see each other.
  ///
  /// - Returns: one stream for each request, in their order.
  /// - Throws: a `Fault` when a prompt does not fit into the context or the model is gone.
  func respond(to requests: [GenerationRequest]) async throws -> [GenerationStream]

  /// Scores how probable each label would be as the beginning of the answer, over whole labels, however they are
  /// tokenised.
  ///
  /// - Parameters:
  ///   - labels: plain texts, as the model would write them after the answer prefix, leading space included.
  ///   - prompt: the turn whose answer they would begin.
  /// - Throws: a `Fault` as ``respond(to:)`` does.
  func score(_ labels: [String], after prompt: Prompt) async throws -> LabelScores

  /// Submits a prompt and scores labels after the same prompt, which is decoded once for both if the model can do that.
  ///
  /// - Returns: the answer, which begins to arrive when the labels are scored.
  /// - Throws: a `Fault` as ``respond(to:)`` does.
  func respond(to request: GenerationRequest, scoring labels: [String]) async throws -> ScoredAnswer
}

extension LanguageModel {
  /// Submits the prompt twice, for models that cannot share it.
  ///
  /// - Throws: a `Fault` as ``respond(to:)`` does, ``NoAnswer`` when that gives no stream.
  public func respond(to request: GenerationRequest, scoring labels: [String]) async throws -> ScoredAnswer {
    async let scores = score(labels, after: request.prompt)
    guard let stream = try await respond(to: [request]).first else { throw NoAnswer() }
    return ScoredAnswer(stream: stream, scores: try await scores)
  }
}

/// A model that accepted a prompt and gave no answer.
public struct NoAnswer: Fault, Equatable {
  /// A fault of the model's implementation.
  public var kind: FaultKind { .bug }
  /// What is wrong, on one line.
  public var description: String { "the model did not answer" }
}

/// A vision-language model: weights and projector, loaded once.
public protocol VisionLanguageModel: LanguageModel {
  /// Which weights these are.
  ///
  /// - Throws: a `Fault` when the files cannot be read for their digests.
  var identity: ModelIdentity { get async throws }
  /// What the weights' metadata recommend for sampling.
  var recommendedSampling: RecommendedSampling { get }
  /// The side of the square that the projector takes, in pixels; `nil` without a projector.
  var imageSide: Int? { get }
  /// Numbers that the weights carry about themselves under a metadata key; `nil` when there are none.
  func metadataNumbers(_ key: String) -> [Double]?
  /// What takes effect of a sampling: all of it, unless the model is behind an interface that has not all settings.
  func effective(_ sampling: Sampling) -> Sampling

  /// Encodes a prepared image once and decodes its prefix once.
  ///
  /// - Throws: a `Fault` when there is no projector or the image cannot be encoded.
  func encode(_ image: PixelImage) async throws -> any ImageContext

  /// How an image's tokens lie over the picture; `nil` where they cannot be blanked.
  var imageTokenGrid: ImageTokenGrid? { get }

  /// Encodes a prepared image as ``encode(_:)`` does, with some of its tokens blanked: each has the mean of all the image's tokens in
  /// its place, so that every token keeps its position. No token blanked gives what ``encode(_:)`` gives, bit by bit.
  ///
  /// - Parameters:
  ///   - image: the prepared image; encoded anew only if its embedding is not known.
  ///   - blanked: numbers of tokens in the grid, row by row.
  /// - Throws: ``NoImageTokens`` where ``imageTokenGrid`` is `nil`; a `Fault` as ``encode(_:)`` does.
  func encode(_ image: PixelImage, blanking blanked: Set<Int>) async throws -> any ImageContext
}

extension VisionLanguageModel {
  /// None.
  public var imageTokenGrid: ImageTokenGrid? { nil }

  /// Refuses: the image's tokens cannot be blanked.
  ///
  /// - Throws: ``NoImageTokens``.
  public func encode(_ image: PixelImage, blanking blanked: Set<Int>) async throws -> any ImageContext {
    throw NoImageTokens()
  }
}

extension VisionLanguageModel {
  /// All of it.
  public func effective(_ sampling: Sampling) -> Sampling { sampling }
}

/// The model with one image in its context. Prompts to it share the image and nothing else.
public protocol ImageContext: LanguageModel {
  /// The cost of encoding.
  var cost: EncodingCost { get }
  /// Releases the image. Later prompts about it fail.
  func close() async
}

/// A LoRA adapter that changes a model's weights.
public struct AdapterIdentity: Sendable, Hashable {
  /// The file's name.
  public var name: String
  /// SHA-256 of the file.
  public var digest: SHA256Digest
  /// How strongly it acts; 1 as it was trained.
  public var scale: Double

  /// An identity.
  public init(name: String, digest: SHA256Digest, scale: Double) {
    self.name = name
    self.digest = digest
    self.scale = scale
  }

  /// As in `moles.gguf × 0.5 (0123456789ab)`.
  public var text: String { "\(name) × \(scale) (\(digest.hexadecimal.prefix(12)))" }
}

/// The cost of encoding an image.
public struct EncodingCost: Sendable, Hashable {
  /// Times that the image went through the projector: 1, or 0 when its embedding was still known.
  public var imageEncodes: Int
  /// Tokens of the prefix that were decoded for this, the image's included.
  public var promptTokens: Int
  /// Tokens of the prefix that had been decoded before.
  public var sharedPromptTokens: Int
  /// Time spent encoding.
  public var encoding: Duration

  /// A cost.
  public init(imageEncodes: Int, promptTokens: Int, sharedPromptTokens: Int = 0, encoding: Duration) {
    self.imageEncodes = imageEncodes
    self.promptTokens = promptTokens
    self.sharedPromptTokens = sharedPromptTokens
    self.encoding = encoding
  }
}

/// Which weights answered, and on what.
public struct ModelIdentity: Sendable, Hashable {
  /// The name in the weights' metadata, or the file's.
  public var name: String
  /// SHA-256 of the weights file; `nil` for a model behind an endpoint, whose weights nobody here can see.
  public var weights: SHA256Digest?
  /// SHA-256 of the projector file; `nil` without one.
  public var projector: SHA256Digest?
  /// Host and port of the endpoint that the model is behind; `nil` for a model in this process.
  public var endpoint: String?
  /// The engine with its version and the backends that it computes on.
  public var engine: String
  /// The LoRA adapters that change the weights, in the order in which they were named.
  public var adapters: [AdapterIdentity] = []
  /// The arithmetic of its images.
  public var precision = ImagePrecision.f32

  /// An identity.
  public init(name: String, weights: SHA256Digest, projector: SHA256Digest?, engine: String) {
    self.name = name
    self.weights = weights
    self.projector = projector
    self.engine = engine
  }

  /// The identity of a model behind an endpoint.
  public init(name: String, endpoint: String, engine: String) {
    self.name = name
    self.endpoint = endpoint
    self.engine = engine
  }

  /// The name with those of the adapters, and the arithmetic where it is not the usual one, as in
  /// `medgemma + moles.gguf × 1.0 (0123456789ab), images in bf16`.
  public var fullName: String { ([name] + adapters.map(\.text)).joined(separator: " + ") + precision.remark }
}

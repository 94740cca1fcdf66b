import VisionLanguage

/// One examination, in the form used by `analyze --json`, the HTTP API and the database.
public struct ExaminationReport: Sendable, Hashable, Decodable {
  /// The original image.
  public struct Image: Sendable, Hashable, Codable {
    /// The file's name.
    public var name: String
    /// SHA-256 of the file's bytes, hexadecimal; empty where notes were classified without their image.
    public var sha256: String
    /// Pixels; 0 without an image.
    public var width: Int
    /// Pixels; 0 without an image.
    public var height: Int
    /// Notes on what decoding did to the pixels, one line each; `nil`, and no key, if it did nothing.
    public var notes: [String]?
    /// What the image's file says of the lesion; `nil`, and no key, for files that say nothing.
    public var lesion: ImagedLesion?
  }

  /// Which protocol was followed.
  public struct ProtocolReference: Sendable, Hashable, Codable {
    /// The protocol's id.
    public var id: String
    /// The protocol's version.
    public var version: String
    /// SHA-256 of the document, hexadecimal.
    public var digest: String

    /// A reference.
    public init(id: String, version: String, digest: String) {
      self.id = id
      self.version = version
      self.digest = digest
    }
  }

  /// Which weights answered.
  public struct Model: Sendable, Hashable, Decodable {
    /// The model's name.
    public var name: String
    /// SHA-256 of the weights file, hexadecimal; `nil` for a model behind an endpoint.
    public var weights: String?
    /// SHA-256 of the projector file, hexadecimal.
    public var projector: String?
    /// Host and port of the endpoint that the model is behind; `nil`, and no key, for a model in this process.
    public var endpoint: String?
    /// LoRA adapters that changed the weights; `nil`, and no key, without any.
    public var adapters: [Adapter]?
    /// The arithmetic of the image's encoder, such as `bf16`; `nil`, and no key, for the usual 32 bits.
    public var precision: String?

    /// Weights by name and digests.
    public init(name: String, weights: String?, projector: String?, endpoint: String? = nil) {
      self.name = name
      self.weights = weights
      self.projector = projector
      self.endpoint = endpoint
    }

    enum CodingKeys: String, CodingKey {
      case name
      case weights = "weights_sha256"
      case projector = "projector_sha256"
      case endpoint, adapters, precision
    }

    /// A LoRA adapter.
    public struct Adapter: Sendable, Hashable, Codable {
      /// The file's name.
      public var name: String
      /// SHA-256 of the file, hexadecimal.
      public var sha256: String
      /// How strongly it acted; 1 as it was trained.
      public var scale: Double

      /// What an identity says.
      public init(_ identity: AdapterIdentity) {
        (name, sha256, scale) = (identity.name, identity.digest.hexadecimal, identity.scale)
      }
    }
  }

  /// The image.
  public var image: Image
  /// The protocol.
  public var readingProtocol: ProtocolReference
  /// The model.
  public var model: Model
  /// The engine with its version and backends.
  public var engine: String
  /// The seed of the random numbers.
  public var seed: UInt64
  /// The sampling that took effect.
  public var sampling: EffectiveSampling
  /// Phase 1's answers, in the protocol's order.
  public var observations: Observations
  /// Phase 2's text; `nil` where there was no Phase 2.
  public var description: CleanedDescription?
  /// Phase 3's code; `nil` where the examination was to end before Phase 3.
  public var diagnosis: Diagnosis?
  /// What is wrong with any phase's output or with the picture, in the order of `QualityFlag.allCases`; empty when all is clean.
  public var flags: [QualityFlag]
  /// The ground truth of the lesion.
  public var groundTruth: GroundTruth?
  /// How long it took.
  public var timings: ExaminationTimings
  /// How much was computed.
  public var counts: ExaminationCounts
  /// The report for people: everything above but timings and counts, which differ from run to run.
  public internal(set) var text: String

  enum CodingKeys: String, CodingKey {
    case image
    case readingProtocol = "protocol"
    case model, engine, seed, sampling, observations, description, diagnosis, flags
    case groundTruth = "ground_truth"
    case timings, counts
    case text = "report"
  }
}

extension ExaminationReport {
  init(
    of subject: ExaminationSubject, by readingProtocol: ReadingProtocol, model: ModelIdentity, seed: UInt64,
    sampling: EffectiveSampling, state: ExaminationState, diagnosis: Diagnosis?
  ) {
    self.init(
      image: Image(
        name: subject.name, sha256: subject.digest?.hexadecimal ?? "", width: subject.width, height: subject.height,
        notes: subject.notes.isEmpty ? nil : subject.notes, lesion: subject.lesion),
      readingProtocol: ProtocolReference(
        id: readingProtocol.id, version: readingProtocol.version, digest: readingProtocol.digest.hexadecimal),
      model: Model(
        name: model.name, weights: model.weights?.hexadecimal, projector: model.projector?.hexadecimal,
        endpoint: model.endpoint),
      engine: model.engine, seed: seed, sampling: sampling, observations: state.observations,
      description: state.description, diagnosis: diagnosis,
      flags: QualityFlag.allCases.filter(state.flags.contains), groundTruth: subject.groundTruth,
      timings: state.timings, counts: state.counts, text: "")
    if !model.adapters.isEmpty { self.model.adapters = model.adapters.map(Model.Adapter.init) }
    if model.precision != .f32 { self.model.precision = model.precision.rawValue }
    let labels = readingProtocol.questions.map { ($0.id, $0.label) }
    text = ReportText(report: self, labels: Dictionary(labels, uniquingKeysWith: { first, _ in first })).text
  }
}

extension ExaminationReport {
  /// The report of an answer that was asked for piece by piece, as an audit does: its cost is unknown, and nothing is flagged.
  ///
  /// - Parameters:
  ///   - subject: the image that the answer is about.
  ///   - readingProtocol: the protocol.
  ///   - model: what answered.
  ///   - seed: of the answer.
  ///   - sampling: that took effect.
  ///   - observations: Phase 1's notes; empty where nothing was asked.
  ///   - description: Phase 2's, cleaned; `nil` where it is not kept.
  ///   - diagnosis: Phase 3's; `nil` where it was not asked for.
  public init(
    answerTo subject: ExaminationSubject, by readingProtocol: ReadingProtocol, model: ModelIdentity, seed: UInt64,
    sampling: EffectiveSampling, observations: Observations, description: String?, diagnosis: Diagnosis?
  ) {
    var state = ExaminationState()
    state.observations = observations
    state.description = description.map { CleanedDescription(raw: $0, cleaned: $0, removed: []) }
    self.init(
      of: subject, by: readingProtocol, model: model, seed: seed, sampling: sampling, state: state, diagnosis: diagnosis
    )
  }
}

/// How long an examination took, in milliseconds to a tenth.
public struct ExaminationTimings: Sendable, Hashable, Codable {
  /// Encoding the image; 0 when its embedding was known.
  public var encode = 0.0
  /// The questions.
  public var phase1 = 0.0
  /// The review, cleaning included.
  public var phase2 = 0.0
  /// The classification, scoring included.
  public var phase3 = 0.0
  /// All of it.
  public var total = 0.0

  enum CodingKeys: String, CodingKey {
    case encode = "encode_ms"
    case phase1 = "phase1_ms"
    case phase2 = "phase2_ms"
    case phase3 = "phase3_ms"
    case total = "total_ms"
  }
}

/// How much an examination computed.
public struct ExaminationCounts: Sendable, Hashable, Codable {
  /// Times that the image went through the projector.
  public var imageEncodes = 0
  /// Tokens of prompts decoded, the image's included.
  public var promptTokens = 0
  /// Tokens that stood before an answer and had been decoded before: an image's for all questions but the first, the
  /// instructions that every image's Phase 3 begins with.
  public var sharedPromptTokens = 0
  /// Tokens written.
  public var generatedTokens = 0

  /// No cost.
  public init() {}

  enum CodingKeys: String, CodingKey {
    case imageEncodes = "image_encodes"
    case promptTokens = "prompt_tokens"
    case sharedPromptTokens = "shared_prompt_tokens"
    case generatedTokens = "generated_tokens"
  }
}

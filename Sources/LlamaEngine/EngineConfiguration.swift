import Digests
import Foundation
import VisionLanguage
import Weights

/// What to load, and how much memory and how many sequences it gets.
public struct EngineConfiguration: Sendable {
  /// The text model's GGUF file.
  public var weights: String
  /// The projector's GGUF file; without one no image can be read.
  public var projector: String?
  /// LoRA adapters that change the text model.
  public var adapters: [AdapterChoice] = []
  /// Threads for decoding, and as many for encoding; `nil` to choose by the files' sizes. Of an ``EnginePool`` of small
  /// weights, its engines.
  public var threads: Int?
  /// How many images and prompts are in memory at the same time.
  public var slots: Slots
  /// What the prompts need of a sequence; decides the size of the caches.
  public var demand: Demand
  /// Prefixes of prompts that are kept to be shared; 0 for none.
  public var prefixes = 2
  /// Bytes that the embeddings of recent images may take; 0 keeps none.
  public var embeddingCacheBytes = 128 << 20
  /// Where to compute.
  public var device: ComputeDevice
  /// The arithmetic of an image's encoder.
  public var precision = ImagePrecision.f32
  /// Remembers the digests of large weights between runs; `nil` to read them whole at each start.
  public var digests: DigestMemory?
  /// The model families that are accepted.
  var families: [any ModelFamily] = ModelFamilies.all
  /// Processors that the engine has for itself; `nil` for all that the process may use.
  var processors: Int?
  /// The most free sequences between two answers that are filled; `nil` to choose by the weights' size.
  var longestFilledGap: Int?
  /// Free memory in bytes that the sequences have to fit into; `nil` to ask the system.
  var freeMemory: Int?
  /// Whether answers continue after the model's end of turn up to their limit, for the fixed work of a benchmark.
  public var ignoresEndOfTurn = false

  /// A LoRA adapter and how strongly it acts.
  public struct AdapterChoice: Sendable, Hashable {
    /// The GGUF file.
    public var path: String
    /// 1 as it was trained, 0 not at all.
    public var scale: Double

    /// An adapter.
    public init(path: String, scale: Double = 1) {
      self.path = path
      self.scale = scale
    }
  }

  /// How many images and prompts are in memory at the same time.
  public enum Slots: Sendable, Hashable {
    /// Exactly this many.
    case fixed(images: Int, answers: Int)
    /// As many images as free memory allows, at most `most`, each with its prompts.
    case fitting(answersPerImage: Int, most: Int)

    /// Images at most.
    var images: Int {
      switch self {
      case .fixed(let images, _): images
      case .fitting(_, let most): most
      }
    }

    /// One of several parts that make up the whole, as equal as can be and none without a slot.
    func part(_ index: Int, of count: Int) -> Slots {
      func share(_ whole: Int) -> Int { max(1, whole / count + (index < whole % count ? 1 : 0)) }
      return switch self {
      case .fixed(let images, let answers): .fixed(images: share(images), answers: share(answers))
      case .fitting(let answersPerImage, let most): .fitting(answersPerImage: answersPerImage, most: share(most))
      }
    }
  }

  /// What one of several engines gets, each on a processor of its own.
  func part(_ index: Int, of count: Int) -> EngineConfiguration {
    guard count > 1 else { return self }
    var part = self
    part.slots = slots.part(index, of: count)
    part.threads = 1
    part.processors = 1
    part.freeMemory = FreeMemory.bytes.map { $0 / (count - index) }
    part.embeddingCacheBytes /= count
    return part
  }

  /// How long sequences get.
  public struct Demand: Sendable {
    /// The longest prompts that will be put, as they would be put.
    public var longestPrompts: [Prompt]
    /// Tokens that the longest answer may take.
    public var longestAnswer: Int

    /// A demand; without prompts a sequence gets as many tokens as in the seed, 2,048.
    public init(longestPrompts: [Prompt] = [], longestAnswer: Int = 256) {
      self.longestPrompts = longestPrompts
      self.longestAnswer = longestAnswer
    }
  }

  /// A configuration with the given numbers of slots, at least one of each.
  public init(
    weights: String, projector: String?, threads: Int? = nil, images: Int = 1, answers: Int = 8,
    demand: Demand = Demand(), device: ComputeDevice = .automatic
  ) {
    self.init(
      weights: weights, projector: projector, threads: threads, slots: .fixed(images: images, answers: answers),
      demand: demand, device: device)
  }

  /// A configuration.
  public init(
    weights: String, projector: String?, threads: Int? = nil, slots: Slots, demand: Demand = Demand(),
    device: ComputeDevice = .automatic
  ) {
    self.weights = weights
    self.projector = projector
    self.threads = threads.map { max(1, $0) }
    self.slots = slots
    self.demand = demand
    self.device = device
  }

  /// The processors that this process may use.
  public static var availableThreads: Int { max(1, ProcessInfo.processInfo.activeProcessorCount) }

  /// llama.cpp's own limit (LLAMA_MAX_SEQ).
  static let mostSequences = 256
  /// The seed's context.
  static let defaultTokensPerSequence = 2048
  /// Tokens decoded at once; more for an image that has more.
  static let batchTokens = 512
}

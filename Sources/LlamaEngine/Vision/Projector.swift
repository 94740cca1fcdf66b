import CLlama
import Foundation
import VisionLanguage
import Weights

/// The projector: pixels to embeddings that the text model reads. Belongs to one thread at a time.
final class Projector {
  private let pointer: OpaquePointer
  private let model: LlamaModel
  private let path: String
  private let positions: ImageTokenRules.Positions
  /// The most tokens that an image may become, where its size decides.
  private let mostTokens: Int?
  /// The arithmetic; `nil` for the usual one.
  private let arithmetic: ImageArithmetic?
  /// Held for the callback's sake.
  private let shared: ComputeThread?

  /// How a projector is run.
  struct Options: Sendable {
    var threads: Int
    var usesGPU: Bool
    /// The arithmetic of its products; `nil` for the usual one.
    var arithmetic: ImageArithmetic?
    /// The thread on which it is used, where answers are to move on in between.
    var sharedThread: ComputeThread?
  }

  /// - Throws: `EngineFault.refusedWeights` when llama.cpp does not load it, or would read its images in another way than
  ///   the family; `WeightsFault` when the file cannot be read any more.
  init(
    _ weights: ProjectorWeights, reading rules: ImageTokenRules, for model: LlamaModel, options: Options
  ) throws {
    let (path, family) = (weights.path, weights.family)
    var parameters = mtmd_context_params_default()
    parameters.use_gpu = options.usesGPU
    if let thread = options.sharedThread {
      parameters.cb_eval = ComputeThread.betweenProducts
      parameters.cb_eval_user_data = Unmanaged.passUnretained(thread).toOpaque()
    }
    parameters.print_timings = false
    parameters.n_threads = Int32(clamping: options.threads)
    parameters.warmup = false
    if let bounds = weights.tokenBounds {
      parameters.image_min_tokens = Int32(clamping: bounds.lowerBound)
      parameters.image_max_tokens = Int32(clamping: bounds.upperBound)
    }
    mostTokens = weights.tokenBounds?.upperBound
    let file = try ProjectorFile(weights)
    LlamaLog.clear()
    guard let pointer = mtmd_init_from_file(file.path, model.pointer, parameters) else {
      throw EngineFault.refusedWeights(path: path, reason: LlamaLog.lastErrors ?? "no reason given")
    }
    self.pointer = pointer
    self.model = model
    self.path = path
    shared = options.sharedThread
    arithmetic = options.arithmetic
    positions = rules.positions
    guard mtmd_support_vision(pointer),
      mtmd_decode_use_non_causal(pointer, nil) == (rules.attention == .bidirectional),
      mtmd_decode_use_mrope(pointer) == (positions == .multimodal)
    else {
      // `deinit` frees the pointer: every property is set.
      throw EngineFault.refusedWeights(path: path, reason: "not a projector of \(family.name)'s kind")
    }
  }

  deinit { mtmd_free(pointer) }

  /// An image's embeddings: `count` rows of the model's width.
  struct Embedding: Sendable {
    var numbers: [Float]
    var count: Int
    var positions: ImagePositions

    var byteCount: Int { numbers.count * MemoryLayout<Float>.size }

    /// The embeddings with the mean of all in place of some.
    ///
    /// llama.cpp refuses gaps in a sequence's positions (`llama_batch_allocr::init`), so a token cannot be left out and the others
    /// keep theirs: its place is kept, by a token that says nothing of it.
    func blanking(_ tokens: Set<Int>) -> Embedding {
      guard count > 0, !tokens.isEmpty else { return self }
      let width = numbers.count / count
      var mean = [Double](repeating: 0, count: width)
      for token in 0..<count {
        for index in 0..<width { mean[index] += Double(numbers[token * width + index]) }
      }
      let blank = mean.map { Float($0 / Double(count)) }
      var blanked = self
      for token in tokens where (0..<count).contains(token) {
        blanked.numbers.replaceSubrange(token * width..<(token + 1) * width, with: blank)
      }
      return blanked
    }
  }

  /// Runs an image through the projector. An image of another size than the projector's is stretched first.
  ///
  /// - Throws: `EngineFault.unusableImage` when llama.cpp refuses it, `.brokenWeights` when the result is not finite,
  ///   `.nothingInBFloat16` when bfloat16 was asked for and nothing was computed so.
  func encode(_ image: PixelImage) throws(EngineFault) -> Embedding {
    LlamaLog.clear()
    let bitmap = image.pixels.withUnsafeBufferPointer {
      mtmd_bitmap_init(UInt32(clamping: image.width), UInt32(clamping: image.height), $0.baseAddress)
    }
    guard let bitmap else { throw .unusableImage(reason: "no memory for its pixels") }
    defer { mtmd_bitmap_free(bitmap) }
    guard let chunks = mtmd_input_chunks_init() else { throw .unusableImage(reason: "no memory") }
    defer { mtmd_input_chunks_free(chunks) }

    var part = mtmd_input_part(text: nil, bitmap: bitmap)
    let status = withUnsafePointer(to: &part) { pointer -> Int32 in
      var parts: [UnsafePointer<mtmd_input_part>?] = [pointer]
      return mtmd_tokenize_from_parts(self.pointer, chunks, &parts, 1, false)
    }
    guard status == 0 else { throw refusal(status) }
    let images = (0..<mtmd_input_chunks_size(chunks)).compactMap { mtmd_input_chunks_get(chunks, $0) }
      .filter { mtmd_input_chunk_get_type($0) == MTMD_INPUT_CHUNK_TYPE_IMAGE }
    guard let chunk = images.first, images.count == 1 else { throw refusal(-1) }
    let count = mtmd_input_chunk_get_n_tokens(chunk)
    // A very long and narrow picture becomes more than mtmd was asked for, and would look up positions that are not there.
    if let mostTokens, count > mostTokens {
      throw .unusableImage(
        reason: "\(image.width) × \(image.height) pixels become \(count) tokens; at most \(mostTokens) are taken")
    }
    let encoding = try compute(chunk)
    guard encoding == 0, let output = mtmd_get_output_embd(pointer) else { throw refusal(encoding) }
    let numbers = UnsafeBufferPointer(start: output, count: count * model.embeddingLength)
    guard numbers.allFinite else { throw .brokenWeights(path: path, where: "an image's embeddings") }
    return Embedding(numbers: Array(numbers), count: count, positions: ImagePositions(of: chunk, positions))
  }

  private func compute(_ chunk: OpaquePointer) throws(EngineFault) -> Int32 {
    guard let arithmetic else { return mtmd_encode_chunk(pointer, chunk) }
    let (status, products) = arithmetic.computing { mtmd_encode_chunk(pointer, chunk) }
    if status == 0, products == 0 { throw .nothingInBFloat16(path: path) }
    return status
  }

  private func refusal(_ status: Int32) -> EngineFault {
    .unusableImage(reason: LlamaLog.lastErrors ?? "status \(status)")
  }
}

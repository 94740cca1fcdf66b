import CLlama
import Weights

/// llama.cpp's context: caches and compute buffers over the model's weights. Belongs to one thread at a time.
final class LlamaContext {
  /// Sizes of a context.
  struct Shape: Sendable {
    /// Sequences side by side, each with a cache of its own.
    var sequences: Int
    /// Tokens in each.
    var tokensPerSequence: Int
    /// Tokens decoded at once at most; an image's tokens must fit.
    var batchTokens: Int
    var threads: Int
    var usesGPU: Bool
  }

  let pointer: OpaquePointer
  let model: LlamaModel
  let shape: Shape
  let vocabularySize: Int
  let embeddingLength: Int
  /// What was done with this context.
  var statistics = EngineStatistics()

  /// Rows of logits that one batch may ask for.
  static let outputsPerBatch = 16

  /// - Throws: `EngineFault.noContext` when there is not enough memory, `.refusedWeights` for an adapter.
  init(of model: LlamaModel, adapter: LlamaAdapter? = nil, shape: Shape) throws(EngineFault) {
    var parameters = llama_context_default_params()
    parameters.n_seq_max = UInt32(clamping: shape.sequences)
    parameters.n_ctx = UInt32(clamping: shape.tokensPerSequence * shape.sequences)
    parameters.n_batch = UInt32(clamping: shape.batchTokens)
    parameters.n_ubatch = UInt32(clamping: shape.batchTokens)
    // Without this llama.cpp reserves a row of logits for every token of a batch: 0.5 GB with Gemma's vocabulary.
    parameters.n_outputs_max = UInt32(clamping: max(shape.sequences, Self.outputsPerBatch))
    parameters.n_threads = Int32(clamping: shape.threads)
    parameters.n_threads_batch = Int32(clamping: shape.threads)
    // A stream of its own for each sequence: in a shared cache, positions would change the order of summation.
    parameters.kv_unified = false
    parameters.swa_full = true
    // On the CPU, flash attention takes another path when a sequence decodes alone (ggml-cpu/ops.cpp, split KV).
    parameters.flash_attn_type = shape.usesGPU ? LLAMA_FLASH_ATTN_TYPE_AUTO : LLAMA_FLASH_ATTN_TYPE_DISABLED
    parameters.offload_kqv = shape.usesGPU
    parameters.op_offload = shape.usesGPU
    parameters.no_perf = true
    LlamaLog.clear()
    guard let pointer = llama_init_from_model(model.pointer, parameters) else {
      throw .noContext(reason: LlamaLog.lastErrors ?? "no reason given")
    }
    do throws(EngineFault) {
      try adapter?.apply(to: pointer)
    } catch {
      llama_free(pointer)
      throw error
    }
    self.pointer = pointer
    self.model = model
    self.shape = shape
    vocabularySize = model.vocabularySize
    embeddingLength = model.embeddingLength
  }

  deinit { llama_free(pointer) }

  private var memory: llama_memory_t? { llama_get_memory(pointer) }

  /// Forgets a sequence.
  func clear(_ sequence: Int) {
    llama_memory_seq_rm(memory, Int32(clamping: sequence), -1, -1)
  }

  /// Forgets a sequence's tokens from a position on.
  func truncate(_ sequence: Int, to position: Int) {
    llama_memory_seq_rm(memory, Int32(clamping: sequence), Int32(clamping: position), -1)
  }

  /// Gives a sequence all that another one has read.
  func fork(_ source: Int, into sequence: Int) {
    clear(sequence)
    statistics.forks += 1
    llama_memory_seq_cp(memory, Int32(clamping: source), Int32(clamping: sequence), -1, -1)
  }

  /// Carries what a sequence holds over into another one, and leaves it empty.
  func move(_ source: Int, to sequence: Int) {
    clear(sequence)
    statistics.moves += 1
    llama_memory_seq_cp(memory, Int32(clamping: source), Int32(clamping: sequence), -1, -1)
    clear(source)
  }

  /// Decodes a batch of tokens.
  func decode(_ batch: TokenBatch) throws(EngineFault) {
    try compute(batch.raw)
  }

  private func compute(_ batch: llama_batch) throws(EngineFault) {
    LlamaLog.clear()
    statistics.decodes += 1
    let start = ContinuousClock.now
    let status = llama_decode(pointer, batch)
    statistics.decoding += ContinuousClock.now - start
    guard status == 0 else { throw .failedDecode(code: status, reason: LlamaLog.lastErrors ?? "no reason given") }
  }

  /// Decodes an image's embeddings into a sequence. Where an image's tokens attend to each other in both directions, that
  /// switch is the whole context's: so this is a decode of its own.
  func decode(
    _ image: Projector.Embedding, into sequence: Int, at position: Int, attention: ImageTokenRules.Attention
  ) throws(EngineFault) {
    let count = image.count
    guard count > 0, count <= shape.batchTokens, image.numbers.count == count * embeddingLength else {
      throw .unusableImage(reason: "\(image.numbers.count) numbers for \(count) tokens")
    }
    var batch = llama_batch_init(Int32(clamping: count), Int32(clamping: embeddingLength), 1)
    // llama.cpp allocates one position a token, and frees its own array.
    let allocated = batch.pos
    let numbers = image.positions.numbers(count: count, from: position)
    let positions = UnsafeMutableBufferPointer<llama_pos>.allocate(capacity: numbers.count)
    defer {
      positions.deallocate()
      batch.pos = allocated
      llama_batch_free(batch)
    }
    _ = positions.initialize(from: numbers)
    batch.pos = positions.baseAddress
    batch.n_tokens = Int32(clamping: count)
    image.numbers.withUnsafeBufferPointer { numbers in
      if let start = numbers.baseAddress { batch.embd.update(from: start, count: numbers.count) }
    }
    for index in 0..<count {
      batch.n_seq_id[index] = 1
      batch.seq_id[index]?[0] = Int32(clamping: sequence)
      batch.logits[index] = 0
    }
    if attention == .bidirectional { llama_set_causal_attn(pointer, false) }
    defer { if attention == .bidirectional { llama_set_causal_attn(pointer, true) } }
    try compute(batch)
    statistics.imageTokens += count
  }

  /// The logits of a row of the last batch, for the call's duration.
  ///
  /// - Throws: `EngineFault.brokenWeights` when one of them is not finite.
  func withLogits<Result>(
    ofRow row: Int, _ body: (UnsafeBufferPointer<Float>) -> Result
  ) throws(EngineFault) -> Result {
    guard let start = llama_get_logits_ith(pointer, Int32(clamping: row)) else {
      throw .failedDecode(code: -1, reason: "no logits in row \(row)")
    }
    let logits = UnsafeBufferPointer(start: start, count: vocabularySize)
    guard logits.allFinite else { throw .brokenWeights(path: model.path, where: "its logits") }
    return body(logits)
  }
}

extension UnsafeBufferPointer<Float> {
  /// Whether none is infinite or not a number. Looks at exponents only, so that the loop becomes vector instructions.
  var allFinite: Bool {
    var highest: UInt32 = 0
    for number in self { highest = Swift.max(highest, number.bitPattern & 0x7F80_0000) }
    return highest < 0x7F80_0000
  }
}

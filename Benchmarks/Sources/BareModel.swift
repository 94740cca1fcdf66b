import CLlama
import LlamaEngine
import VisionLanguage

/// llama.cpp and nothing else: the calls that an examination cannot do without.
final class BareModel {
  struct Failure: Error {}

  /// What may be other than the engine has it.
  struct Settings {
    var keys = GGML_TYPE_F16
    var values = GGML_TYPE_F16
    var flashAttention = false
    var threads: Int?
  }

  private let model: OpaquePointer
  private let context: OpaquePointer
  private let projector: OpaquePointer
  private var batch: llama_batch
  private static let batchTokens = 512

  /// Numbers of an embedding.
  var width: Int { Int(llama_model_n_embd_inp(model)) }

  init?(
    weights: String, projector path: String, threads: Int, encodingThreads: Int, sequences: Int, tokensPerSequence: Int,
    settings changes: Settings = Settings()
  ) {
    guard let model = llama_model_load_from_file(weights, llama_model_default_params()) else { return nil }
    var parameters = llama_context_default_params()
    parameters.n_seq_max = UInt32(sequences)
    parameters.n_ctx = UInt32(sequences * tokensPerSequence)
    parameters.n_batch = UInt32(Self.batchTokens)
    parameters.n_ubatch = UInt32(Self.batchTokens)
    parameters.n_outputs_max = UInt32(max(sequences, 16))
    parameters.n_threads = Int32(threads)
    parameters.n_threads_batch = Int32(threads)
    parameters.kv_unified = false
    parameters.swa_full = true
    parameters.flash_attn_type =
      changes.flashAttention ? LLAMA_FLASH_ATTN_TYPE_ENABLED : LLAMA_FLASH_ATTN_TYPE_DISABLED
    parameters.type_k = changes.keys
    parameters.type_v = changes.values
    parameters.no_perf = true
    var settings = mtmd_context_params_default()
    settings.use_gpu = false
    settings.n_threads = Int32(encodingThreads)
    settings.warmup = false
    settings.print_timings = false
    guard let context = llama_init_from_model(model, parameters),
      let projector = mtmd_init_from_file(path, model, settings)
    else { return nil }
    self.model = model
    self.context = context
    self.projector = projector
    batch = llama_batch_init(Int32(Self.batchTokens), 0, 1)
  }

  func tokens(_ text: String) -> [llama_token] {
    var tokens = [llama_token](repeating: 0, count: text.utf8.count + 2)
    let count = llama_tokenize(
      llama_model_get_vocab(model), text, Int32(text.utf8.count), &tokens, Int32(tokens.count), false, false)
    return Array(tokens.prefix(max(0, Int(count))))
  }

  func encode(_ image: PixelImage) throws -> [Float] {
    guard let bitmap = mtmd_bitmap_init(UInt32(image.width), UInt32(image.height), image.pixels),
      let chunks = mtmd_input_chunks_init()
    else { throw Failure() }
    defer {
      mtmd_bitmap_free(bitmap)
      mtmd_input_chunks_free(chunks)
    }
    var part = mtmd_input_part(text: nil, bitmap: bitmap)
    let status = withUnsafePointer(to: &part) { pointer in
      var parts: [UnsafePointer<mtmd_input_part>?] = [pointer]
      return mtmd_tokenize_from_parts(projector, chunks, &parts, 1, false)
    }
    for index in 0..<mtmd_input_chunks_size(chunks) where status == 0 {
      guard let chunk = mtmd_input_chunks_get(chunks, index),
        mtmd_input_chunk_get_type(chunk) == MTMD_INPUT_CHUNK_TYPE_IMAGE
      else { continue }
      guard mtmd_encode_chunk(projector, chunk) == 0, let output = mtmd_get_output_embd(projector) else { break }
      return Array(UnsafeBufferPointer(start: output, count: mtmd_input_chunk_get_n_tokens(chunk) * width))
    }
    throw Failure()
  }

  func clear() { llama_memory_clear(llama_get_memory(context), true) }

  /// Reads an image's embeddings into the first sequence.
  func read(_ embeddings: [Float]) throws {
    let count = embeddings.count / width
    var batch = llama_batch_init(Int32(count), Int32(width), 1)
    defer { llama_batch_free(batch) }
    batch.n_tokens = Int32(count)
    embeddings.withUnsafeBufferPointer {
      if let start = $0.baseAddress { batch.embd.update(from: start, count: $0.count) }
    }
    for index in 0..<count {
      batch.pos[index] = Int32(index)
      batch.n_seq_id[index] = 1
      batch.seq_id[index]?[0] = 0
      batch.logits[index] = 0
    }
    llama_set_causal_attn(context, false)
    defer { llama_set_causal_attn(context, true) }
    guard llama_decode(context, batch) == 0 else { throw Failure() }
    llama_synchronize(context)
  }

  /// Forgets what the first sequences hold from a position on.
  func truncateAll(_ count: Int, to position: Int) {
    for sequence in 0..<count {
      llama_memory_seq_rm(llama_get_memory(context), Int32(sequence), Int32(position), -1)
    }
  }

  /// A row of the last batch's logits; empty when there is none.
  func logits(ofRow row: Int) -> [Float] {
    guard let start = llama_get_logits_ith(context, Int32(row)) else { return [] }
    return Array(UnsafeBufferPointer(start: start, count: Int(llama_vocab_n_tokens(llama_model_get_vocab(model)))))
  }

  /// Reads tokens into the first sequence from a position on, in the fewest batches.
  func read(_ tokens: [llama_token], at position: Int = 0, allRows: Bool = false) throws {
    var start = 0
    while start < tokens.count {
      let end = min(tokens.count, start + Self.batchTokens)
      batch.n_tokens = 0
      for index in start..<end { add(tokens[index], 0, position + index, allRows || index == tokens.count - 1) }
      guard llama_decode(context, batch) == 0 else { throw Failure() }
      start = end
    }
    llama_synchronize(context)
  }

  /// Copies the first sequence into all others up to a count.
  func fork(into count: Int) {
    for sequence in 1..<max(1, count) { llama_memory_seq_cp(llama_get_memory(context), 0, Int32(sequence), -1, -1) }
  }

  /// One token for each of the first sequences.
  func step(width: Int, position: Int, token: llama_token) throws {
    batch.n_tokens = 0
    for sequence in 0..<width { add(token, sequence, position, true) }
    guard llama_decode(context, batch) == 0 else { throw Failure() }
    llama_synchronize(context)
  }

  private func add(_ token: llama_token, _ sequence: Int, _ position: Int, _ wantsLogits: Bool) {
    let row = Int(batch.n_tokens)
    batch.token[row] = token
    batch.pos[row] = Int32(position)
    batch.n_seq_id[row] = 1
    batch.seq_id[row]?[0] = Int32(sequence)
    batch.logits[row] = wantsLogits ? 1 : 0
    batch.n_tokens += 1
  }
}

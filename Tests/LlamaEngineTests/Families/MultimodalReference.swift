import CLlama
import Foundation
import VisionLanguage

/// Greedy answers by llama.cpp's own code: mtmd cuts text and image into chunks and decodes them (mtmd-helper).
final class MultimodalReference {
  private let model: OpaquePointer
  private let mtmd: OpaquePointer
  private let vocabulary: OpaquePointer

  struct Failed: Error { var step: String }

  /// - Parameter bounds: of the tokens that an image becomes, where they are not mtmd's own.
  init(text: String, projector: String, bounds: ClosedRange<Int>? = nil) throws {
    let parameters = llama_model_default_params()
    guard let model = llama_model_load_from_file(text, parameters) else { throw Failed(step: "model") }
    var options = mtmd_context_params_default()
    options.use_gpu = false
    options.n_threads = 1
    options.warmup = false
    options.print_timings = false
    if let bounds {
      (options.image_min_tokens, options.image_max_tokens) = (Int32(bounds.lowerBound), Int32(bounds.upperBound))
    }
    guard let mtmd = mtmd_init_from_file(projector, model, options), let vocabulary = llama_model_get_vocab(model)
    else { throw Failed(step: "projector") }
    (self.model, self.mtmd, self.vocabulary) = (model, mtmd, vocabulary)
  }

  deinit {
    mtmd_free(mtmd)
    llama_model_free(model)
  }

  /// Positions and tokens of a conversation, the most probable tokens after it, and the first one's log-probabilities.
  struct Answer {
    var promptTokens: Int
    var promptPositions: Int
    var tokens: [Int32] = []
    var logProbabilities: [Double] = []
  }

  /// - Parameter text: with control pieces and, in the place of each image, `<__media__>`.
  func answer(_ text: String, images: [PixelImage], count: Int) throws -> Answer {
    var parameters = llama_context_default_params()
    (parameters.n_ctx, parameters.n_batch, parameters.n_ubatch) = (512, 512, 512)
    (parameters.n_threads, parameters.n_threads_batch) = (1, 1)
    parameters.flash_attn_type = LLAMA_FLASH_ATTN_TYPE_DISABLED
    guard let context = llama_init_from_model(model, parameters) else { throw Failed(step: "context") }
    defer { llama_free(context) }
    guard let chunks = mtmd_input_chunks_init() else { throw Failed(step: "chunks") }
    defer { mtmd_input_chunks_free(chunks) }
    let bitmaps = images.map { image in
      image.pixels.withUnsafeBufferPointer {
        mtmd_bitmap_init(UInt32(image.width), UInt32(image.height), $0.baseAddress)
      }
    }
    defer { for bitmap in bitmaps { mtmd_bitmap_free(bitmap) } }
    let status = text.withCString { start -> Int32 in
      var input = mtmd_input_text(text: start, text_len: strlen(start), add_special: false, parse_special: true)
      var list = bitmaps
      return mtmd_tokenize(mtmd, chunks, &input, &list, list.count)
    }
    guard status == 0 else { throw Failed(step: "tokenize \(status)") }
    var position: llama_pos = 0
    guard mtmd_helper_eval_chunks(mtmd, context, chunks, 0, 0, 512, true, &position) == 0 else {
      throw Failed(step: "decode")
    }
    var answer = Answer(promptTokens: mtmd_helper_get_n_tokens(chunks), promptPositions: Int(position))
    while answer.tokens.count < count {
      guard let start = llama_get_logits_ith(context, -1) else { throw Failed(step: "logits") }
      let logits = UnsafeBufferPointer(start: start, count: Int(llama_vocab_n_tokens(vocabulary))).map(Double.init)
      if answer.tokens.isEmpty {
        let sum = log(logits.reduce(0) { $0 + exp($1) })
        answer.logProbabilities = logits.map { $0 - sum }
      }
      guard let best = logits.indices.max(by: { logits[$0] < logits[$1] }) else { break }
      answer.tokens.append(Int32(best))
      var batch = llama_batch_init(1, 0, 1)
      defer { llama_batch_free(batch) }
      batch.n_tokens = 1
      (batch.token[0], batch.pos[0], batch.n_seq_id[0], batch.logits[0]) = (Int32(best), position, 1, 1)
      batch.seq_id[0]?[0] = 0
      guard llama_decode(context, batch) == 0 else { throw Failed(step: "next") }
      position += 1
    }
    return answer
  }
}

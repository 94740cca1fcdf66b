import CLlama

/// Tokens of one or several sequences, to be decoded at once.
final class TokenBatch {
  private(set) var raw: llama_batch
  private let capacity: Int

  init(capacity: Int) {
    self.capacity = capacity
    raw = llama_batch_init(Int32(clamping: capacity), 0, 1)
  }

  deinit { llama_batch_free(raw) }

  var count: Int { Int(raw.n_tokens) }

  func removeAll() { raw.n_tokens = 0 }

  /// Adds a token. Its row is the count before the call.
  func add(_ token: llama_token, to sequence: Int, at position: Int, wantsLogits: Bool) {
    let row = count
    guard row < capacity else { return }
    raw.token[row] = token
    raw.pos[row] = Int32(clamping: position)
    raw.n_seq_id[row] = 1
    raw.seq_id[row]?[0] = Int32(clamping: sequence)
    raw.logits[row] = wantsLogits ? 1 : 0
    raw.n_tokens += 1
  }
}

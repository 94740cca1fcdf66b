import CLlama
import Weights

/// Where an image's tokens are in their sequence.
struct ImagePositions: Sendable, Hashable {
  /// Time, row and column of each token, counted from the image's start; empty where tokens just follow each other.
  private let grid: [SIMD3<Int32>]
  /// How many positions the image takes: the text goes on after them.
  let span: Int

  /// Positions that follow each other, as in text.
  init(sequential count: Int) {
    grid = []
    span = count
  }

  /// Those of an image that mtmd has cut into tokens.
  init(of chunk: OpaquePointer, _ kind: ImageTokenRules.Positions) {
    span = Int(mtmd_input_chunk_get_n_pos(chunk))
    guard kind == .multimodal, let tokens = mtmd_input_chunk_get_tokens_image(chunk) else {
      grid = []
      return
    }
    grid = (0..<mtmd_input_chunk_get_n_tokens(chunk)).map {
      let position = mtmd_image_tokens_get_decoder_pos(tokens, 0, $0)
      return SIMD3(Int32(clamping: position.t), Int32(clamping: position.y), Int32(clamping: position.x))
    }
  }

  /// The numbers that llama.cpp takes for `count` tokens from a position on: one a token, or, in M-RoPE, four: all
  /// times, then all rows, all columns, and zeros (mtmd-helper.cpp, `set_position_mrope_2d`).
  func numbers(count: Int, from position: Int) -> [llama_pos] {
    let start = llama_pos(clamping: position)
    guard !grid.isEmpty else { return (0..<count).map { llama_pos(clamping: position + $0) } }
    return (0..<3).flatMap { section in grid.map { start + $0[section] } } + grid.map { _ in 0 }
  }
}

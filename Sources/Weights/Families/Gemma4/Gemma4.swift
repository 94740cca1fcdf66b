/// Gemma 4 and its fine-tunes: dense, with embeddings of each block's own (E2B, E4B), or a mixture of experts (26B-A4B). The unified variant
/// is refused by name, and a projector's tower for sound is left out.
struct Gemma4: ModelFamily {
  let name = "Gemma 4"
  let architecture = "gemma4"
  let projectorType = "gemma4v"

  /// Pairs of characters on text whose spaces are written as SentencePiece does, 262,144 pieces.
  let tokenizer = TokenizerRules(
    kind: .characterPairs, declared: "gemma4", beginOfSequence: "<bos>",
    otherMarkers: [
      "<pad>", "<eos>", "<bos>", "<unk>", "<|image|>", "<|audio|>", "<|video|>", "<|tool_call>", "<tool_call|>",
      "<|tool_response>", "<tool_response|>", "<|\"|>", "<|think|>", "<|audio>", "<audio|>",
    ],
    overrides: [
      .identifier(key: "tokenizer.ggml.bos_token_id", piece: "<bos>"),
      .identifier(key: "tokenizer.ggml.eos_token_id", piece: "<eos>"),
    ])

  /// An empty thought comes before the answer, as the template of the larger models writes it where thinking is off.
  ///
  ///     <bos><|turn>user\n<|image> image <image|> PROMPT <turn|>\n<|turn>model\n<|channel>thought\n<channel|> PREFIX
  let chat = template(emptyThought: [.marker("<|channel>"), .text("thought\n"), .marker("<channel|>")])

  /// The templates of E2B and E4B write no empty thought: it would make these models think, in plain words.
  func chat(of shape: TextShape) -> ChatTemplate { isSmall(shape) ? Self.template(emptyThought: []) : chat }

  private static func template(emptyThought: [ChatTemplate.Part]) -> ChatTemplate {
    let turnOfModel: [ChatTemplate.Part] =
      [.marker("<turn|>"), .text("\n"), .marker("<|turn>"), .text("model\n")] + emptyThought + [.answerPrefix]
    return ChatTemplate(
      textTurn: [.beginOfSequence, .marker("<|turn>"), .text("user\n"), .prompt] + turnOfModel,
      beforeImage: [.beginOfSequence, .marker("<|turn>"), .text("user\n"), .marker("<|image>")],
      afterImage: [.marker("<image|>"), .prompt] + turnOfModel,
      endOfTurn: ["<turn|>", "<eos>"],
      thinking: [.init(opens: "<|channel>", closes: "<channel|>")])
  }

  let leavesSoundOut = true
  let imageTokens = ImageTokenRules(attention: .bidirectional, positions: .sequential)

  /// Those of E2B and E4B are causal.
  func imageTokens(of shape: TextShape) -> ImageTokenRules {
    isSmall(shape) ? ImageTokenRules(attention: .causal, positions: .sequential) : imageTokens
  }

  /// Whether it is E2B or E4B: mtmd tells them by the width (`mtmd_decode_use_non_causal`).
  private func isSmall(_ shape: TextShape) -> Bool { [1_536, 2_560].contains(shape.width) }
}

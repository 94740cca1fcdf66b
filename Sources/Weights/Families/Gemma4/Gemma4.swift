/// Gemma 4 with dense blocks, and its fine-tunes. Mixtures of experts, the unified variant and projectors that hear are refused by name.
struct Gemma4: ModelFamily {
  let name = "Gemma 4"
  let architecture = "gemma4"
  let projectorType = "gemma4v"

  /// Pairs of characters on text whose spaces are written as SentencePiece does, 262,144 pieces.
  let tokenizer = TokenizerRules(
    kind: .characterPairs, declared: "gemma4", beginOfSequence: "<bos>",
    otherMarkers: [
      "<pad>", "<eos>", "<bos>", "<unk>", "<|image|>", "<|audio|>", "<|video|>", "<|tool_call>", "<tool_call|>",
      "<|tool_response>", "<tool_response|>",
    ],
    overrides: [
      .identifier(key: "tokenizer.ggml.bos_token_id", piece: "<bos>"),
      .identifier(key: "tokenizer.ggml.eos_token_id", piece: "<eos>"),
    ])

  /// An empty thought comes before the answer, as the model's own template writes it where thinking is off.
  ///
  ///     <bos><|turn>user\n<|image> image <image|> PROMPT <turn|>\n<|turn>model\n<|channel>thought\n<channel|> PREFIX
  let chat = ChatTemplate(
    textTurn: [.beginOfSequence, .marker("<|turn>"), .text("user\n"), .prompt] + turnOfModel,
    beforeImage: [.beginOfSequence, .marker("<|turn>"), .text("user\n"), .marker("<|image>")],
    afterImage: [.marker("<image|>"), .prompt] + turnOfModel,
    endOfTurn: ["<turn|>", "<eos>"],
    thinking: [.init(opens: "<|channel>", closes: "<channel|>")])

  private static let turnOfModel: [ChatTemplate.Part] = [
    .marker("<turn|>"), .text("\n"), .marker("<|turn>"), .text("model\n"), .marker("<|channel>"), .text("thought\n"),
    .marker("<channel|>"), .answerPrefix,
  ]

  let imageTokens = ImageTokenRules(attention: .bidirectional, positions: .sequential)

  /// Those of E2B and E4B are causal; mtmd tells them by the width (`mtmd_decode_use_non_causal`).
  func imageTokens(of shape: TextShape) -> ImageTokenRules {
    [1_536, 2_560].contains(shape.width) ? ImageTokenRules(attention: .causal, positions: .sequential) : imageTokens
  }
}

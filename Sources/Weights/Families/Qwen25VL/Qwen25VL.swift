/// Qwen2.5-VL and its fine-tunes, most medical ones outside Google's among them.
struct Qwen25VL: ModelFamily {
  let name = "Qwen2.5-VL"
  /// That of Qwen2-VL, whose text model is the same.
  let architecture = "qwen2vl"
  let projectorType = "qwen2.5vl_merger"

  /// The vocabulary has 151,665 pieces and is filled up to 152,064; the longest has 256 letters.
  let tokenizer = TokenizerRules(
    kind: .bytePairs, declared: "gpt2", preTokenizer: "qwen2", beginOfSequence: nil,
    otherMarkers: ["<|endoftext|>", "<|image_pad|>", "<|video_pad|>", "<|vision_pad|>"])

  /// The system's turn is the one that the model's own template adds where none is given.
  ///
  ///     <|im_start|>system\nYou are a helpful assistant.<|im_end|>\n<|im_start|>user\n
  ///     <|vision_start|> image <|vision_end|> PROMPT <|im_end|>\n<|im_start|>assistant\n PREFIX
  let chat = ChatTemplate(
    textTurn: turnOfUser + [.prompt] + turnOfModel,
    beforeImage: turnOfUser + [.marker("<|vision_start|>")],
    afterImage: [.marker("<|vision_end|>"), .prompt] + turnOfModel,
    endOfTurn: ["<|im_end|>", "<|endoftext|>"])

  private static let turnOfUser: [ChatTemplate.Part] = [
    .marker("<|im_start|>"), .text("system\nYou are a helpful assistant."), .marker("<|im_end|>"), .text("\n"),
    .marker("<|im_start|>"), .text("user\n"),
  ]

  private static let turnOfModel: [ChatTemplate.Part] = [
    .marker("<|im_end|>"), .text("\n"), .marker("<|im_start|>"), .text("assistant\n"), .answerPrefix,
  ]

  let imageTokens = ImageTokenRules(attention: .causal, positions: .multimodal)
}

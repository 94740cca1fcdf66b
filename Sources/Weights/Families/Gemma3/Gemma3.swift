/// Gemma 3 and its fine-tunes, MedGemma among them; multimodal with a SigLIP projector, or text-only.
struct Gemma3: ModelFamily {
  let name = "Gemma 3"
  let architecture = "gemma3"
  let projectorType = "gemma3"

  /// The vocabulary has 262,144 pieces, the longest of 93 bytes.
  ///
  /// For a tokenizer of this kind, llama-vocab.cpp assumes the original LLaMA's settings: `<s>` 1, `</s>` 2, and a space
  /// before every text. Gemma's are `<eos>` 1, `<bos>` 2, and no space.
  let tokenizer = TokenizerRules(
    kind: .sentencePiece, declared: "llama", beginOfSequence: "<bos>",
    otherMarkers: ["<pad>", "<eos>", "<bos>", "<unk>", "<image_soft_token>"],
    overrides: [
      .identifier(key: "tokenizer.ggml.bos_token_id", piece: "<bos>"),
      .identifier(key: "tokenizer.ggml.eos_token_id", piece: "<eos>"),
      .identifier(key: "tokenizer.ggml.unknown_token_id", piece: "<unk>"),
      .flag(key: "tokenizer.ggml.add_space_prefix", false),
    ])

  /// The model's turn is begun for it (the seed's "direct" format).
  ///
  ///     <bos><start_of_turn>user\n\n\n<start_of_image> image <end_of_image>\n\n PROMPT <end_of_turn>\n
  ///     <start_of_turn>model\n PREFIX
  ///
  /// The blank lines around an image are those of Gemma 3's own processor; the pieces are those of mtmd.cpp. Thinking is
  /// MedGemma 1.5's.
  let chat = ChatTemplate(
    textTurn: [.beginOfSequence, .marker("<start_of_turn>"), .text("user\n"), .prompt] + turnOfModel,
    beforeImage: [
      .beginOfSequence, .marker("<start_of_turn>"), .text("user\n\n\n"), .marker("<start_of_image>"),
    ],
    afterImage: [.marker("<end_of_image>"), .text("\n\n"), .prompt] + turnOfModel,
    endOfTurn: ["<end_of_turn>"],
    thinking: [.init(opens: "<unused94>", closes: "<unused95>")])

  private static let turnOfModel: [ChatTemplate.Part] = [
    .marker("<end_of_turn>"), .text("\n"), .marker("<start_of_turn>"), .text("model\n"), .answerPrefix,
  ]

  let imageTokens = ImageTokenRules(attention: .bidirectional, positions: .sequential)
}

import CLlama
import VisionLanguage

/// Gemma 3's turns, with the model's turn begun for it (the seed's "direct" format).
///
///     <bos><start_of_turn>user\n\n\n<start_of_image> image <end_of_image>\n\n PROMPT <end_of_turn>\n
///     <start_of_turn>model\n PREFIX
///
/// The blank lines around an image are those of Gemma 3's own processor. Text from outside only ever passes through
/// `Tokenizer.tokens(of:)`, which knows no special tokens; the markers are inserted by their token numbers.
struct ChatFormat: Sendable {
  let vocabulary: Tokenizer

  /// What stands before an image's embeddings; shared by every prompt that looks at it.
  func beforeImage(_ bounds: (start: llama_token, end: llama_token)) -> [llama_token] {
    [vocabulary.beginOfSequence, vocabulary.startOfTurn] + vocabulary.tokens(of: "user\n\n\n") + [bounds.start]
  }

  /// A prompt after an image.
  func afterImage(_ bounds: (start: llama_token, end: llama_token), _ prompt: Prompt) -> [llama_token] {
    [bounds.end] + vocabulary.tokens(of: "\n\n" + prompt.text) + turnOfModel(beginning: prompt.answerPrefix)
  }

  /// A prompt without an image.
  func withoutImage(_ prompt: Prompt) -> [llama_token] {
    [vocabulary.beginOfSequence, vocabulary.startOfTurn] + vocabulary.tokens(of: "user\n" + prompt.text)
      + turnOfModel(beginning: prompt.answerPrefix)
  }

  /// The same, with the part told apart that every prompt with this prefix begins with.
  ///
  /// Tokenisation depends on the text that follows, so the prefix's tokens are those that it has both alone and before
  /// the rest of this prompt.
  func prompt(withoutImage prompt: Prompt) -> TokenPrompt {
    let whole = withoutImage(prompt)
    guard !prompt.prefix.isEmpty, prompt.text.utf8.starts(with: prompt.prefix.utf8) else {
      return TokenPrompt(tokens: whole)
    }
    let alone =
      [vocabulary.beginOfSequence, vocabulary.startOfTurn] + vocabulary.tokens(of: "user\n" + prompt.prefix)
    let common = zip(whole, alone).prefix { $0 == $1 }.count
    return TokenPrompt(tokens: whole, prefix: common >= Self.leastPrefix ? min(common, whole.count - 1) : 0)
  }

  /// Fewer tokens than this are decoded faster than copied.
  private static let leastPrefix = 8

  private func turnOfModel(beginning prefix: String) -> [llama_token] {
    [vocabulary.endOfTurn] + vocabulary.tokens(of: "\n") + [vocabulary.startOfTurn]
      + vocabulary.tokens(of: "model\n" + prefix)
  }
}

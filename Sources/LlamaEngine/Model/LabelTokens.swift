import CLlama
import VisionLanguage

/// A prompt and labels in tokens, split where the labels differ.
///
/// A label's tokens depend on what comes before it, so each is tokenised together with the answer prefix; what all have
/// in common is read with the prompt.
struct LabelTokens {
  let prompt: [llama_token]
  let labels: [[llama_token]]

  /// - Parameter format: the tokens of a prompt in its place.
  /// - Throws: `EngineFault.emptyPrompt` when a label adds nothing that could be scored.
  init(_ labels: [String], after prompt: Prompt, format: (Prompt) -> [llama_token]) throws(EngineFault) {
    guard !labels.isEmpty, !labels.contains("") else { throw .emptyPrompt }
    let whole = labels.map { format(Prompt(text: prompt.text, answerPrefix: prompt.answerPrefix + $0)) }
    guard let first = whole.first, let shortest = whole.map(\.count).min() else { throw .emptyPrompt }
    // At least one token of each label stays, so that each is scored.
    var common = 0
    while common < shortest - 1, whole.allSatisfy({ $0[common] == first[common] }) { common += 1 }
    self.prompt = Array(first.prefix(common))
    self.labels = whole.map { Array($0.dropFirst(common)) }
  }
}

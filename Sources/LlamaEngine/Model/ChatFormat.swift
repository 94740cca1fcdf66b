import CLlama
import VisionLanguage
import Weights

/// A family's turns in tokens, with the model's turn begun for it.
///
/// Text from outside only ever passes through `Tokenizer.tokens(of:)`, which knows no special tokens; the template's
/// markers are inserted by their token numbers.
struct ChatFormat: Sendable {
  /// A part of the template, with its marker looked up.
  private enum Part {
    case token(llama_token)
    case text(String)
    case prompt
    case answerPrefix
  }

  private let tokenizer: Tokenizer
  private let textTurn: [Part]
  private let imageParts: (before: [Part], after: [Part])?

  /// - Throws: `EngineFault.refusedWeights` when the vocabulary lacks a piece of every turn.
  init(_ template: ChatTemplate, tokenizer: Tokenizer, path: String) throws(EngineFault) {
    self.tokenizer = tokenizer
    guard let turn = Self.parts(template.textTurn, tokenizer) else {
      throw .refusedWeights(
        path: path, reason: "the vocabulary has no \(template.turnMarkers.joined(separator: " and "))")
    }
    textTurn = turn
    if let before = Self.parts(template.beforeImage, tokenizer), let after = Self.parts(template.afterImage, tokenizer)
    {
      imageParts = (before, after)
    } else {
      imageParts = nil
    }
  }

  /// The template's parts; `nil` when the vocabulary lacks one of its markers.
  private static func parts(_ parts: [ChatTemplate.Part], _ tokenizer: Tokenizer) -> [Part]? {
    var found: [Part] = []
    for part in parts {
      switch part {
      case .beginOfSequence:
        guard let token = tokenizer.beginOfSequence else { return nil }
        found.append(.token(token))
      case .marker(let marker):
        guard let token = tokenizer.token(ofMarker: marker) else { return nil }
        found.append(.token(token))
      case .text(let text): found.append(.text(text))
      case .prompt: found.append(.prompt)
      case .answerPrefix: found.append(.answerPrefix)
      }
    }
    return found
  }

  /// Whether the vocabulary has the pieces around an image.
  var takesImages: Bool { imageParts != nil }

  /// What comes before an image's embeddings; shared by every prompt about it.
  var beforeImage: [llama_token] { tokens(of: imageParts?.before ?? [], Prompt(text: "", answerPrefix: "")) }

  /// A prompt after an image.
  func afterImage(_ prompt: Prompt) -> [llama_token] { tokens(of: imageParts?.after ?? [], prompt) }

  /// A prompt without an image.
  func withoutImage(_ prompt: Prompt) -> [llama_token] { tokens(of: textTurn, prompt) }

  /// The same, with the part told apart that every prompt with this prefix begins with.
  ///
  /// Tokenisation depends on the text that follows, so the prefix's tokens are those that it has both alone and before
  /// the rest of this prompt.
  func prompt(withoutImage prompt: Prompt) -> TokenPrompt {
    let whole = withoutImage(prompt)
    guard !prompt.prefix.isEmpty, prompt.text.utf8.starts(with: prompt.prefix.utf8) else {
      return TokenPrompt(tokens: whole)
    }
    let end = textTurn.firstIndex { if case .prompt = $0 { true } else { false } } ?? textTurn.endIndex - 1
    let alone = tokens(of: Array(textTurn[...end]), Prompt(text: prompt.prefix, answerPrefix: ""))
    let common = zip(whole, alone).prefix { $0 == $1 }.count
    return TokenPrompt(tokens: whole, prefix: common >= Self.leastPrefix ? min(common, whole.count - 1) : 0)
  }

  /// Fewer tokens than this are decoded faster than copied.
  private static let leastPrefix = 8

  /// The parts' tokens; neighbouring texts are tokenised together.
  private func tokens(of parts: [Part], _ prompt: Prompt) -> [llama_token] {
    var tokens: [llama_token] = []
    var text = ""
    for part in parts {
      switch part {
      case .token(let token):
        tokens += tokenizer.tokens(of: text) + [token]
        text = ""
      case .text(let words): text += words
      case .prompt: text += prompt.text
      case .answerPrefix: text += prompt.answerPrefix
      }
    }
    return tokens + tokenizer.tokens(of: text)
  }
}

import Dermoscopy
import LlamaEngine
import Phantoms
import VisionLanguage

/// Lookup decoding, thought through without being built: the words that a model wrote of phantoms, and what an n-gram
/// found earlier in prompt or answer would have proposed at each place.
///
/// A draw depends only on the logits and the draws before it, and a row of logits has the same bits at every width, so a
/// proposal would be accepted just as far as it agrees with what was written.
struct LookupTrial {
  /// Tokens that a proposal has at most.
  let most: Int
  var decodes = 0
  var written = 0
  var proposed = 0
  var accepted = 0
  /// Decodes by the tokens that they would have held.
  var widths: [Int: Int] = [:]

  private static let longestKey = 3
  private static let shortestKey = 2

  init(most: Int) { self.most = most }

  /// Follows one answer. Its first token comes of the prompt.
  mutating func follow(prompt: [Int32], answer: [Int32]) {
    var position = 1
    while position < answer.count {
      let proposal = Self.proposal(after: prompt + answer[..<position], most: min(most, answer.count - position - 1))
      let agreed = zip(proposal, answer[position...]).prefix { $0 == $1 }.count
      decodes += 1
      widths[proposal.count + 1, default: 0] += 1
      proposed += proposal.count
      accepted += agreed
      written += agreed + 1
      position += agreed + 1
    }
  }

  /// What followed the last place where the same two or three tokens stood.
  private static func proposal(after text: [Int32], most: Int) -> ArraySlice<Int32> {
    guard most > 0 else { return [] }
    for length in stride(from: longestKey, through: shortestKey, by: -1) where text.count > length {
      let key = text.suffix(length)
      for start in stride(from: text.count - length - 1, through: 0, by: -1)
      where text[start..<start + length].elementsEqual(key) {
        return text[(start + length)...].prefix(most)
      }
    }
    return []
  }

  /// The answers that a model gives on phantoms, with their prompts in tokens.
  static func answers(
    _ arguments: Arguments, phantoms: Int
  ) async throws -> (reviews: [(prompt: [Int32], answer: [Int32])], others: [(prompt: [Int32], answer: [Int32])]) {
    let readingProtocol = try ReadingProtocol.builtin(named: arguments.optional("protocol") ?? "seed")
    let engine = try LlamaVisionLanguageModel(
      EngineConfiguration(
        weights: try arguments.text("model"), projector: try arguments.text("mmproj"),
        threads: arguments.number("threads", default: 1), images: 1, answers: 8))
    let recorder = RecordingModel(engine)
    let generator = PhantomGenerator(seed: 77)
    let side = engine.imageSide ?? 224
    for number in 0..<phantoms {
      _ = try await Examination.examine(
        generator.phantom(number, width: side, height: side).image, with: recorder, by: readingProtocol)
    }
    var (reviews, others): ([(prompt: [Int32], answer: [Int32])], [(prompt: [Int32], answer: [Int32])]) = ([], [])
    let questions = Set(readingProtocol.questions.map(\.prompt))
    for answer in recorder.answers {
      let pair = (engine.promptTokens(of: answer.prompt, afterImage: answer.sees), answer.tokens)
      if answer.sees, !questions.contains(answer.prompt.text) { reviews.append(pair) } else { others.append(pair) }
    }
    await engine.close()
    return (reviews, others)
  }
}

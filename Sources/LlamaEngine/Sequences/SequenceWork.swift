import CLlama
import VisionLanguage

/// A prompt on its way through a sequence of its own: waiting, being read, then being answered or scored.
final class SequenceWork {
  /// What happens once the prompt is read.
  enum Purpose {
    /// An answer is written, token by token.
    case generate(Answer)
    /// Labels' tokens are looked up; each is what follows the prompt.
    case score(labels: [[llama_token]], CheckedContinuation<LabelScores, any Error>)
  }

  /// An answer in the making.
  final class Answer {
    let sampler: TokenSampler
    let tokenLimit: Int
    let stream: GenerationStream.Continuation
    var text = TextAssembler()
    var tokens: [llama_token] = []

    init(sampler: TokenSampler, tokenLimit: Int, stream: GenerationStream.Continuation) {
      self.sampler = sampler
      self.tokenLimit = tokenLimit
      self.stream = stream
    }
  }

  let number: UInt64
  /// The view that it forks from; `nil` for a prompt without an image.
  let view: ViewNumber?
  let prompt: [llama_token]
  let purpose: Purpose
  /// The sequence that it lives in, once it has one.
  var sequence: Int?
  /// Where in its sequence the next token goes.
  var position = 0
  /// Tokens of the prompt that were read.
  var read = 0

  init(number: UInt64, view: ViewNumber?, prompt: [llama_token], purpose: Purpose) {
    self.number = number
    self.view = view
    self.prompt = prompt
    self.purpose = purpose
  }

  func fail(_ error: any Error) {
    switch purpose {
    case .generate(let answer): answer.stream.finish(throwing: error)
    case .score(_, let continuation): continuation.resume(throwing: error)
    }
  }
}

/// Which view of an image a prompt belongs to; never used twice.
struct ViewNumber: Hashable, Sendable {
  let value: UInt64
}

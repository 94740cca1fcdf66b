import CLlama
import VisionLanguage

/// A prompt with its own sequence: waiting, being decoded, then being answered or scored.
final class SequenceWork {
  /// Labels to be scored once the prompt is read; each is what follows it.
  struct Scoring {
    let labels: [[llama_token]]
    let continuation: CheckedContinuation<LabelScores, any Error>
  }

  /// An answer in the making.
  final class Answer {
    let sampler: TokenSampler
    let tokenLimit: Int
    /// Whether the model's end of turn is a token like any other, as the benchmark's fixed work wants it.
    let ignoresEnd: Bool
    let stream: GenerationStream.Continuation
    var text = TextAssembler()
    var tokens: [llama_token] = []
    /// Text that was written and not handed out yet, and when some was handed out last.
    private var held = ""
    private var lastDelivery: ContinuousClock.Instant?

    init(
      sampler: TokenSampler, tokenLimit: Int, ignoresEnd: Bool, stream: GenerationStream.Continuation
    ) {
      self.sampler = sampler
      self.tokenLimit = tokenLimit
      self.ignoresEnd = ignoresEnd
      self.stream = stream
    }

    /// The shortest time between two pieces of text: waking the reader takes about as long as a small model's token,
    /// and nobody can follow more than about fifty per second.
    private static let leastBetween = Duration.milliseconds(20)

    /// Delivers text: the first piece at once, later ones when they are due, the last one always.
    func deliver(_ piece: String, isLast: Bool = false) {
      held += piece
      guard !held.isEmpty else { return }
      let now = ContinuousClock.now
      guard isLast || lastDelivery.map({ now - $0 >= Self.leastBetween }) ?? true else { return }
      stream.yield(.text(held))
      held = ""
      lastDelivery = now
    }
  }

  let number: UInt64
  /// The image that it forks from; `nil` for a prompt without an image.
  let image: ImageContextID?
  let prompt: TokenPrompt
  /// What is written once the prompt is read, token by token; `nil` when labels are only scored.
  let answer: Answer?
  /// What is scored, until that is done.
  var scoring: Scoring?
  /// The sequence that it lives in, once it has one.
  var sequence: Int?
  /// Where in its sequence the next token goes.
  var position = 0
  /// How many more tokens its sequence holds than positions: an image's, where it takes fewer.
  var surplus = 0
  /// Tokens of the prompt that are in its sequence.
  var read = 0
  /// Tokens that were there already, of its image's image or its prefix.
  var shared = 0
  /// Tokens decoded for the prompt.
  var computed = 0
  /// Whether its sequence has what comes before the prompt.
  var hasBegun = false

  /// Tokens in its sequence.
  var length: Int { position + surplus }

  init(number: UInt64, image: ImageContextID?, prompt: TokenPrompt, answer: Answer?, scoring: Scoring? = nil) {
    self.number = number
    self.image = image
    self.prompt = prompt
    self.answer = answer
    self.scoring = scoring
  }

  func fail(_ error: any Error) {
    answer?.stream.finish(throwing: error)
    scoring?.continuation.resume(throwing: error)
    scoring = nil
  }
}

/// Which image of an image a prompt belongs to; never used twice.
struct ImageContextID: Hashable, Sendable {
  let value: UInt64
}

/// One turn's prompt to the model.
///
/// Both texts are plain: nothing in them is ever read as a special token or an image marker, whatever their source.
public struct Prompt: Sendable, Hashable {
  /// The user's turn, after the image where there is one.
  public var text: String
  /// The beginning of the model's turn ("Answer:"), so that it answers at once; may be empty.
  public var answerPrefix: String
  /// The common beginning of all prompts of this kind: a model may decode it once for all of them.
  ///
  /// It affects cost, not answers. It is ignored if `text` does not begin with it.
  public var prefix: String

  /// A prompt of a user's turn and the beginning of the model's.
  public init(text: String, answerPrefix: String, prefix: String = "") {
    self.text = text
    self.answerPrefix = answerPrefix
    self.prefix = prefix
  }
}

/// A prompt with the way to answer it.
public struct GenerationRequest: Sendable, Hashable {
  /// What is asked.
  public var prompt: Prompt
  /// The sampling settings.
  public var sampling: Sampling
  /// The seed of this answer's random numbers. The same request and seed give the same answer, whatever else is
  /// running.
  public var seed: UInt32
  /// What the answer may be; `nil` for anything.
  public var constraint: AnswerConstraint?

  /// A request.
  public init(prompt: Prompt, sampling: Sampling, seed: UInt32, constraint: AnswerConstraint? = nil) {
    self.prompt = prompt
    self.sampling = sampling
    self.seed = seed
    self.constraint = constraint
  }
}

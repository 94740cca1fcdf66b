/// What is said to the model in one turn.
///
/// Both texts are plain: nothing in them is ever read as a special token or an image marker, wherever they came from.
public struct Prompt: Sendable, Hashable {
  /// The user's turn, after the image where there is one.
  public var text: String
  /// What the model's turn begins with ("Answer:"), so that it answers at once; may be empty.
  public var answerPrefix: String
  /// How every prompt of this kind begins, whatever it goes on with: a model may read that once for all of them.
  ///
  /// It changes cost and no answer. What does not begin `text` is ignored.
  public var opening: String

  /// A prompt of a user's turn and the beginning of the model's.
  public init(text: String, answerPrefix: String, opening: String = "") {
    self.text = text
    self.answerPrefix = answerPrefix
    self.opening = opening
  }
}

/// A prompt with the way to answer it.
public struct GenerationRequest: Sendable, Hashable {
  /// What is asked.
  public var prompt: Prompt
  /// How the answer is drawn.
  public var sampling: Sampling
  /// Where this answer's random numbers begin. The same request and seed give the same answer, whoever else asks.
  public var seed: UInt32

  /// A request.
  public init(prompt: Prompt, sampling: Sampling, seed: UInt32) {
    self.prompt = prompt
    self.sampling = sampling
    self.seed = seed
  }
}

/// How a family writes a turn of the user and begins the model's, as parts that become tokens one after another.
///
/// Neighbouring texts are tokenised together, since tokenisation depends on what follows. Markers are inserted by their
/// token numbers and never come from text.
public struct ChatTemplate: Sendable, Hashable {
  /// A part of a turn.
  public enum Part: Sendable, Hashable {
    /// The token that begins every sequence.
    case beginOfSequence
    /// A control piece of the vocabulary.
    case marker(String)
    /// Words of the template.
    case text(String)
    /// The user's text.
    case prompt
    /// The beginning of the model's answer.
    case answerPrefix
  }

  /// A turn without an image.
  public var textTurn: [Part]
  /// What comes before an image's tokens: the same for every prompt about it.
  public var beforeImage: [Part]
  /// What follows an image's tokens.
  public var afterImage: [Part]
  /// The pieces that end the model's turn, beside those that llama.cpp knows as such.
  public var endOfTurn: [String]
  /// The pieces around what the model writes for itself before it answers.
  public var thinking: [Thinking]

  /// Two pieces around thinking.
  public struct Thinking: Sendable, Hashable {
    /// Begins it.
    public var opens: String
    /// Ends it.
    public var closes: String

    /// Markers.
    public init(opens: String, closes: String) {
      self.opens = opens
      self.closes = closes
    }
  }

  /// A template.
  public init(
    textTurn: [Part], beforeImage: [Part], afterImage: [Part], endOfTurn: [String], thinking: [Thinking] = []
  ) {
    self.textTurn = textTurn
    self.beforeImage = beforeImage
    self.afterImage = afterImage
    self.endOfTurn = endOfTurn
    self.thinking = thinking
  }

  /// The control pieces that every conversation needs, in their order.
  public var turnMarkers: [String] { Self.markers(in: textTurn) }

  /// The control pieces that only a conversation about an image needs.
  public var imageMarkers: [String] {
    let turn = turnMarkers
    return Self.markers(in: beforeImage + afterImage).filter { !turn.contains($0) }
  }

  private static func markers(in parts: [Part]) -> [String] {
    var markers: [String] = []
    for case .marker(let marker) in parts where !markers.contains(marker) { markers.append(marker) }
    return markers
  }
}

/// A model family: everything about its files and its conversations that other families do differently.
///
/// The metadata of a file select the family (``ModelFamilies``). The families' folders hold whatever depends on one of
/// them; the rest of the program asks for these properties and never for a name. What a family says here is data, which
/// the engine executes: so a family needs no code outside its folder.
///
/// CONTRIBUTING.md describes how to add one.
public protocol ModelFamily: Sendable {
  /// What people and messages call it.
  var name: String { get }
  /// The architecture that its text models declare (`general.architecture`).
  var architecture: String { get }
  /// The type that its projectors declare (`clip.projector_type`).
  var projectorType: String { get }
  /// The kind of its tokenizer, and the pieces and settings that it needs.
  var tokenizer: TokenizerRules { get }
  /// How a conversation becomes tokens.
  var chat: ChatTemplate { get }
  /// The same where it depends on the model's size; it has no other markers.
  func chat(of shape: TextShape) -> ChatTemplate
  /// How the text model reads the tokens of an image.
  var imageTokens: ImageTokenRules { get }
  /// Whether its projectors may have a tower for sound too, which is left out: what an image becomes does not depend on it.
  var leavesSoundOut: Bool { get }
  /// How the text model reads the tokens of an image, where it depends on the model's size.
  func imageTokens(of shape: TextShape) -> ImageTokenRules

  /// Reads the sizes of a text model from its metadata, and checks every key that llama.cpp would read.
  ///
  /// - Throws: ``WeightsFault`` for a file that llama.cpp could not run, or would run as another model.
  func textShape(_ metadata: GGUFMetadata) throws(WeightsFault) -> TextShape

  /// Checks that a text model's tensors are those that llama.cpp expects of these sizes, and no others.
  ///
  /// - Throws: ``WeightsFault``, which names the first tensor that is not as it should be.
  func checkTensors(of file: GGUFFile, _ shape: TextShape, vocabularySize: Int) throws(WeightsFault)

  /// Checks a projector's metadata and tensors. Whether it is of this family is already known.
  ///
  /// - Throws: ``WeightsFault`` for a file that mtmd could not run, or would run as another projector.
  func projectorShape(_ file: GGUFFile) throws(WeightsFault) -> ProjectorShape
}

extension ModelFamily {
  /// The family's template, whatever the size.
  public func chat(of shape: TextShape) -> ChatTemplate { chat }

  /// Most families only see.
  public var leavesSoundOut: Bool { false }

  /// The family's rules, whatever the size.
  public func imageTokens(of shape: TextShape) -> ImageTokenRules { imageTokens }
}

/// What an arm of an audit is for: which figures its answers go into.
public enum AuditRole: String, Sendable, Hashable, Codable, CaseIterable {
  /// The picture as it is. Several rows of one image are of several seeds; the lowest seed is what arms are compared with.
  case control
  /// Another camera or another day: a corruption or an artefact; `dose` is its severity, 1 to 5.
  case camera
  /// The picture turned or mirrored.
  case view
  /// A picture without a lesion, or no picture: a card of the skin's colour, noise, nothing.
  case null
  /// Another lesion's picture in the place of this one.
  case otherImage = "other_image"
  /// The lesion painted over with the skin around it.
  case erased
  /// The skin painted over, the lesion left.
  case lesionOnly = "lesion_only"
  /// The lesion's outline, filled.
  case silhouette
  /// The lesion under a box.
  case box
  /// The picture's tiles in another order.
  case shuffled
  /// A diagnosis printed into the picture; `target` is its code, `dose` its size.
  case printed
  /// A neutral or a nonsense word of the same length and size in its place.
  case neutral
  /// The codes of the prompt in another cyclic order; `dose` 0 to 3 is the place in `LesionCode.allCases` of the code
  /// that stands first.
  case order
  /// The prompt in other words.
  case paraphrase
  /// Somebody's opinion in the prompt; `target` is the code that it names.
  case opinion
  /// Something that none of the four codes is right for.
  case outOfScope = "out_of_scope"
  /// One note set to another value; `target` is the code that the change should make more probable, if one is expected.
  case note
  /// The notes or the description of another lesion; `target` is the code of that lesion's own answer.
  case swap
  /// As many notes as `dose` says, set to the true words.
  case intervention
  /// One note falsified before the review; `flagged` is whether the review objected.
  case planted
  /// The notes as they were; `flagged` is whether the review objected nevertheless.
  case untouched
  /// A phantom of the same seed with one attribute toggled; `attribute` is the question about it.
  case phantom
}

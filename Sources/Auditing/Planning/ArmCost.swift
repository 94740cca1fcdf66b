/// What an arm costs for one image.
public struct ArmCost: Sendable, Hashable, Codable {
  /// Examinations of another picture, each with one encode.
  public var pictures = 0
  /// Examinations of a picture that is in the context already.
  public var views = 0
  /// Reviews alone.
  public var reviews = 0
  /// Prompts without a picture.
  public var texts = 0

  /// Adds another arm's.
  static func += (left: inout ArmCost, right: ArmCost) {
    left.pictures += right.pictures
    left.views += right.views
    left.reviews += right.reviews
    left.texts += right.texts
  }

  /// The cost for this many images.
  static func * (cost: ArmCost, images: Int) -> ArmCost {
    ArmCost(
      pictures: cost.pictures * images, views: cost.views * images, reviews: cost.reviews * images,
      texts: cost.texts * images)
  }

  /// Examinations.
  public var examinations: Int { pictures + views }
  /// Encodes of pictures.
  public var encodes: Int { pictures }
  /// Pieces of work, for progress.
  var steps: Int { pictures + views + reviews + texts }

  /// Prompts.
  ///
  /// - Parameter perExamination: of one examination.
  public func prompts(perExamination: Int) -> Int { examinations * perExamination + reviews + texts }
}

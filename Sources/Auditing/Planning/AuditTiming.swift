/// What the parts of an audit take on this machine, in seconds for each image when several are read at once.
public struct AuditTiming: Sendable, Hashable, Codable {
  /// Images that it was measured on.
  public static let images = 3

  /// An examination of a changed picture, from the change to the probabilities.
  public var picture: Double
  /// An examination of a picture that is in the context.
  public var view: Double
  /// A review.
  public var review: Double
  /// A prompt without a picture.
  public var text: Double

  /// The time of some work, in seconds.
  public func seconds(_ cost: ArmCost) -> Double {
    Double(cost.pictures) * picture + Double(cost.views) * view + Double(cost.reviews) * review
      + Double(cost.texts) * text
  }
}

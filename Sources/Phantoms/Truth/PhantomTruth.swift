/// What a phantom shows, in the words that the extended protocol's questions allow.
public struct PhantomTruth: Sendable, Equatable {
  /// `round`, `oval` or `irregular`.
  public let architecture: String
  /// Whether a pigment network is visible.
  public let network: Bool
  /// Some of `dots`, `globules`, `streaks`, in this order; empty when there are none.
  public let structures: [String]
  /// The colours that each cover at least `PhantomColor.noticeableShare` of the painted lesion, largest first.
  public let colors: [String]
  /// One of `arborizing`, `dotted`, `linear`; empty when no vessel is visible.
  public let vessels: [String]
  /// Whether white scar-like areas with peppering, or a blue-white veil, are visible.
  public let regression: Bool
  /// Whether milia-like cysts or comedo-like openings are visible.
  public let keratosis: Bool
  /// `MEL`, `NV`, `BCC` or `BKL`, by `PhantomRule`.
  public let code: String

  /// The questions that ``value(for:)`` answers, in the protocol's order.
  public static let questions = [
    "Architecture", "Network", "Structures", "Colors", "Vessels", "Regression", "Keratosis",
  ]

  /// The answer to a question of the extended protocol, words joined by `, `; empty for a question it does not have.
  public func value(for question: String) -> String {
    switch question {
    case "Architecture": architecture
    case "Network": network ? "yes" : "no"
    case "Structures": structures.isEmpty ? "none" : structures.joined(separator: ", ")
    case "Colors": colors.joined(separator: ", ")
    case "Vessels": vessels.isEmpty ? "none" : vessels.joined(separator: ", ")
    case "Regression": regression ? "yes" : "no"
    case "Keratosis": keratosis ? "yes" : "no"
    default: ""
    }
  }
}

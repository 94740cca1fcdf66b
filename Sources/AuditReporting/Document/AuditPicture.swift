import AuditStatistics

/// A picture that the report would show: an original, or what an arm made of it.
public struct AuditPicture: Sendable, Hashable {
  /// The original's name.
  public var image: String
  /// What the arm is for; `control` for the original.
  public var role: AuditRole
  /// The arm's name; empty for the original.
  public var arm: String
  /// How much.
  public var dose: Int

  /// A picture.
  public init(image: String, role: AuditRole, arm: String, dose: Int) {
    self.image = image
    self.role = role
    self.arm = arm
    self.dose = dose
  }

  /// The original.
  public static func original(_ image: String) -> AuditPicture {
    AuditPicture(image: image, role: .control, arm: "", dose: 0)
  }
}

extension AuditPlan {
  /// How much is asked for.
  public struct Limits: Sendable, Hashable {
    /// Only the doses of a quick audit, of at most ``quickImages`` images.
    public var isQuick = false
    /// The most images.
    public var images: Int?
    /// The time that it may take, in seconds.
    public var seconds: Double?

    /// Limits; none unless given.
    public init(isQuick: Bool = false, images: Int? = nil, seconds: Double? = nil) {
      self.isQuick = isQuick
      self.images = images
      self.seconds = seconds
    }
  }

  /// Images of a quick audit.
  public static let quickImages = 200

  /// A plan within limits.
  ///
  /// A budget is kept by fewer doses first, as long as that leaves more than ``quickImages`` images or all of them, and by
  /// fewer images after that.
  init(
    _ arms: [AuditArm], limits: Limits, suitability: ArmSuitability, available: Int, timing: AuditTiming?
  ) {
    let most = min(available, limits.images ?? (limits.isQuick ? Self.quickImages : available))
    func plan(_ extent: Extent, _ images: Int) -> AuditPlan {
      AuditPlan(arms, extent: extent, suitability: suitability, images: images, available: available, timing: timing)
    }
    let quick = Extent.quick(reason: limits.isQuick ? "left out by --quick" : "left out by --budget")
    guard let budget = limits.seconds, timing != nil else {
      self = plan(limits.isQuick ? quick : .full, most)
      return
    }
    func fitting(_ extent: Extent) -> AuditPlan {
      let all = plan(extent, most)
      guard let seconds = all.seconds, seconds > budget else { return all }
      return plan(extent, min(max(Int(Double(most) * budget / seconds), 1), most))
    }
    let full = fitting(.full)
    self = !limits.isQuick && full.images >= min(most, Self.quickImages) ? full : fitting(quick)
  }
}

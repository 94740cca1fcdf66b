extension LesionPlan {
  /// The plan with one attribute toggled that can be painted without another; `nil` for other attributes.
  func toggling(_ question: String) -> LesionPlan? {
    var plan = self
    switch question {
    case "Network": plan.network.toggle()
    case "Structures":
      if structures.contains("dots") {
        plan.structures.removeAll { $0 == "dots" }
      } else {
        // Last, so that the other structures are painted with the numbers that they have without it.
        plan.structures.append("dots")
      }
    case "Vessels": plan.vessels = vessels.isEmpty ? ["arborizing"] : []
    case "Keratosis": plan.keratosis.toggle()
    default: return nil
    }
    return plan
  }
}

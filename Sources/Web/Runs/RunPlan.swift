import Auditing

/// What an audit will do, for clients.
struct RunPlan: Sendable, Codable {
  /// The arms of a family together.
  struct Family: Sendable, Codable {
    var name: String
    /// Arms that are asked, and those that the model or the extent rules out.
    var arms: Int
    var examinations: Int
    var encodes: Int
    var prompts: Int
    var leftOut: [LeftOut]

    enum CodingKeys: String, CodingKey {
      case name, arms, examinations, encodes, prompts
      case leftOut = "left_out"
    }
  }

  /// An arm that is not asked, or not in every dose.
  struct LeftOut: Sendable, Codable {
    var arm: String
    var reason: String
  }

  /// Images that are read, and those that there are.
  var images: Int
  var available: Int
  /// All families and the controls.
  var examinations: Int
  var encodes: Int
  var prompts: Int
  /// The time that it takes; `nil` if it could not be measured.
  var seconds: Double?
  var families: [Family]

  init(_ plan: AuditPlan, _ selection: ArmSelection) {
    images = plan.images
    available = plan.available
    let (cost, perExamination) = (plan.cost, plan.promptsPerExamination)
    (examinations, encodes) = (cost.examinations, cost.encodes)
    prompts = cost.prompts(perExamination: perExamination)
    seconds = plan.seconds
    families = selection.documents.map { document in
      let arms = Set(document.arms)
      var family = Family(name: document.id, arms: 0, examinations: 0, encodes: 0, prompts: 0, leftOut: [])
      for entry in plan.entries where arms.contains(entry.arm) {
        if !entry.doses.isEmpty { family.arms += 1 }
        family.examinations += entry.cost.examinations
        family.encodes += entry.cost.encodes
        family.prompts += entry.cost.prompts(perExamination: perExamination)
        for reason in entry.leftOut { family.leftOut.append(LeftOut(arm: entry.arm.name, reason: reason)) }
      }
      return family
    }
  }
}

import AuditReporting

extension AuditPlan {
  /// The arms as the report lists them, those that were left out too.
  ///
  /// - Parameters:
  ///   - similarities: mean structural similarity by role, arm and dose.
  ///   - failures: arms that could not be asked of some images.
  func audited(_ similarities: [String: Double], _ failures: [AuditResults.ArmFailure]) -> [AuditedArm] {
    entries.map { entry in
      let arm = entry.arm
      let alike = entry.doses.compactMap { similarities["\(arm.role.rawValue) \(arm.name) \($0)"] }
      let summary =
        alike.isEmpty
        ? arm.title : "\(arm.title) (likeness, 1 the same: \(alike.map { "\($0)" }.joined(separator: ", ")))"
      let isApplicable = entry.reasons.keys.contains { !$0.hasPrefix(Self.notApplicable) } || !entry.doses.isEmpty
      var audited = AuditedArm(
        name: arm.name, role: arm.role, summary: summary,
        doses: entry.doses.isEmpty ? arm.doses.map(\.number) : entry.doses,
        digest: digests[arm.name], status: entry.doses.isEmpty ? (isApplicable ? .leftOut : .notApplicable) : .run,
        reason: entry.leftOut.isEmpty ? nil : entry.leftOut.joined(separator: "; "),
        failures: failures.filter { $0.arm == arm.name }.map(\.images).max() ?? 0, encodes: entry.cost.encodes,
        prompts: entry.cost.prompts(perExamination: promptsPerExamination))
      // Other seeds and what is computed from answers that are there have the originals' role, and a question of their own.
      audited.family = arm.family
      return audited
    }
  }
}

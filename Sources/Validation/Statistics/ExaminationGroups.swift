import Dermoscopy

/// Sorts examinations into groups by their metadata.
enum ExaminationGroups {
  /// The bands of age in years, each from its first number up to the next band's.
  static let ageBands: [(from: Int, name: String)] = [
    (0, "0–29"), (30, "30–44"), (45, "45–59"), (60, "60–74"), (75, "75 and over"),
  ]
  /// The group of images that lack a metadatum that others have.
  static let unknown = "unknown"

  static func groupings(
    _ examinations: [Prediction], _ resampling: Cohort.Resampling
  ) -> [RunMetrics.Grouping] {
    let keys: [(String, (Prediction) -> String?)] = [
      ("site", { $0.site }), ("sex", { $0.sex }), ("age", { $0.age.map(band) }),
    ]
    return keys.compactMap { key, value in
      let groups = Dictionary(grouping: examinations) { value($0) ?? unknown }
      guard groups.keys.contains(where: { $0 != unknown }) else { return nil }
      let order = groups.keys.sorted { rank($0, groups) < rank($1, groups) }
      return RunMetrics.Grouping(
        key: key,
        groups: order.map { RunMetrics.Group(value: $0, panel: MetricsPanel(groups[$0] ?? [], resampling)) })
    }
  }

  /// The band that an age belongs to.
  static func band(of age: Int) -> String {
    ageBands.last { $0.from <= age }?.name ?? unknown
  }

  private static func rank(
    _ name: String, _ groups: [String: [Prediction]]
  ) -> (isUnknown: Int, band: Int, size: Int, name: String) {
    let band = ageBands.firstIndex { $0.name == name } ?? ageBands.count
    return (name == unknown ? 1 : 0, band, -(groups[name]?.count ?? 0), name)
  }
}

import AuditStatistics
import Validation

/// Shares by group, and the gaps between groups beside those of luck.
struct GroupsContent {
  let report: AuditReport

  var markup: Markup {
    let groups = report.all([.groupSensitivity, .groupFalsePositives])
    return """
      \(FigureTable(name: "Groups", figures: report.overall([.sensitivityGap, .falsePositiveGap])).markup)\
      \(FigureTable(name: "Group by group", figures: groups).markup)\
      <p class="footnote">Where no group was given, groups are by the lightness of the skin in the picture. That describes a \
      photograph, not a person.</p>
      """
  }
}

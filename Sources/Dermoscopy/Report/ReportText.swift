struct ReportText {
  let report: ExaminationReport
  let labels: [String: String]
  var text: String { "" }
}

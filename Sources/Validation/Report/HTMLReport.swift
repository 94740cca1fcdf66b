import AtomicFiles

/// The report of a run: one self-contained page.
public enum HTMLReport {
  /// Writes a report. Rows go to a file as they come; only counts of them are kept.
  ///
  /// The file appears under its name once it is whole; one that is there already is replaced.
  ///
  /// - Parameters:
  ///   - path: the page's file.
  ///   - run: everything needed to repeat the run.
  ///   - metrics: `RunMetrics.compute` of the examinations.
  ///   - examinations: for the curves.
  ///   - rows: delivers the table's rows in order, by calling the closure that it is given.
  /// - Throws: `UnwritableFile` when the page cannot be written, and whatever `rows` throws.
  public static func write(
    to path: String, run: RunDescription, metrics: RunMetrics, examinations: [Prediction],
    rows: (_ add: (ReportRow) throws -> Void) async throws -> Void
  ) async throws {
    try await write(
      to: path, run: run, metrics: metrics, examinations: examinations, answers: nil, total: nil, rows: rows)
  }

  /// Writes a report whose rows may be a sample.
  ///
  /// - Parameters:
  ///   - answers: of all images; `nil` to count those of the rows.
  ///   - total: images of the run; `nil` for as many as there are rows.
  static func write(
    to path: String, run: RunDescription, metrics: RunMetrics, examinations: [Prediction], answers: AnswersSection?,
    total: Int?, rows: (_ add: (ReportRow) throws -> Void) async throws -> Void
  ) async throws {
    let table = try AtomicFile(path + ".rows")
    var counted = AnswersSection()
    var count = 0
    try await rows { row in
      if answers == nil { counted.count(row) }
      try table.write(ImagesSection.row(row, order: count))
      count += 1
    }
    let page = try AtomicFile(path)
    let title = "Validation of \(run.readingProtocol.id) \(run.readingProtocol.version)"
    try page.write(PageFrame.opening(title: title))
    try page.write(SummarySection(run: run, metrics: metrics).markup)
    try page.write(MetricsSection(metrics: metrics).markup)
    try page.write(PlotsSection(examinations: examinations, metrics: metrics).markup)
    try page.write((answers ?? counted).markup)
    try page.write(ImagesSection.opening(count: count, of: total ?? count))
    try page.append(table)
    try page.write(ImagesSection.closing)
    try page.write(RepeatSection(run: run).markup)
    try page.write(PageFrame.closing)
    try page.finish()
  }
}

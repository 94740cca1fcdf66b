import Dermoscopy
import Foundation
import Records

/// Writes a run's results from its records: tables, summary and report.
///
/// The records are read in order, one page at a time; of each examination only a small record for the metrics stays.
public struct RunResults: Sendable {
  /// The most images for which each gets its own line at the end; larger runs only have tables.
  public static let listedImages = 200

  /// The counts.
  public private(set) var counts: RunCounts
  /// The figures.
  public private(set) var metrics: RunMetrics
  /// A line for each image of a small run.
  public private(set) var listing: [String] = []

  /// Gives an image's small picture for the report; empty for none.
  public var thumbnail: @Sendable (Sample) throws -> [UInt8] = { sample in
    if case .file(let path) = sample.source { Thumbnail.jpeg(ofFileAt: path) } else { [] }
  }

  private let folder: RunFolder
  private let store: any RecordStore
  private let run: Run
  private let manifest: Manifest
  private let scope: ValidationScope
  private let readingProtocol: ReadingProtocol
  private var predictions: [Prediction] = []
  private let answers: AnswersSection

  /// Writes the tables and counts.
  ///
  /// - Parameters:
  ///   - folder: where they go.
  ///   - store: holds the run's examinations.
  ///   - run: the run, as the store knows it.
  ///   - manifest: its images, with what is known of them.
  ///   - scope: which phases were asked for, hence which tables are written.
  ///   - readingProtocol: the run's protocol, for the tables' columns.
  ///   - scores: a file for ISIC's scoring program; `nil` for none.
  /// - Throws: `UnwritableFile`, `RecordFault`, `CancellationError`; a `Fault` when two images would have one
  ///   name in `scores`.
  public init(
    folder: RunFolder, store: any RecordStore, run: Run, manifest: Manifest, scope: ValidationScope,
    readingProtocol: ReadingProtocol, scores: String?
  ) async throws {
    self.folder = folder
    self.store = store
    self.run = run
    self.manifest = manifest
    self.scope = scope
    self.readingProtocol = readingProtocol
    var counts = RunCounts(readingProtocol)
    var predictions: [Prediction] = []
    var unread: [Prediction] = []
    var table = ExaminationList()
    let sheets = try scope.spreadsheets.map { kind in
      try Spreadsheet(path: folder.file(kind.fileName), header: kind.header(readingProtocol))
    }
    if scores != nil { try Self.checkScores(of: manifest) }
    let scoreSheet = try scores.map { try Spreadsheet(path: $0, header: ISICScores.header) }
    let failures = try Spreadsheet(path: folder.file(FailureList.fileName), header: FailureList.header)

    var answers = AnswersSection()
    let rows = RenderedExaminations(
      store: store, run: run.id, tables: scope.spreadsheets, readingProtocol: readingProtocol,
      wantsScores: scores != nil)
    try await rows.forEach { row in
      let kept = row.kept
      switch kept.outcome {
      case .report(let report):
        counts.add(report, elapsed: kept.elapsed)
        answers.count(ReportRow(report))
        if let one = row.prediction { predictions.append(one) }
        if manifest.total <= Self.listedImages { table.add(report, elapsed: kept.elapsed) }
      case .failure(let failure):
        counts.add(failure, of: kept.imageName)
        answers.countFailure()
        if let sample = manifest.sample(at: kept.position) { unread.append(Prediction(unread: sample)) }
        try failures.add(FailureList.row(kept.imageName, failure))
      }
      for (sheet, line) in zip(sheets, row.lines) { try sheet.add(line: line) }
      if let score = row.score { try scoreSheet?.add(line: score) }
    }
    for sheet in sheets { try sheet.finish() }
    try scoreSheet?.finish()
    if counts.failed > 0 { try failures.finish() } else { try folder.remove(FailureList.fileName) }
    metrics = RunMetrics.compute(predictions, unread: unread)
    listing = table.lines
    self.counts = counts
    self.predictions = predictions
    self.answers = answers
  }

  /// Makes sure that ISIC's scoring program, which uses names without folders, can distinguish the images of a run.
  ///
  /// - Throws: a `Fault` (exit status 65) that names those that it cannot.
  public static func checkScores(of manifest: Manifest) throws {
    try ISICScores.check(manifest.entries.map(\.name))
  }

  /// Whether there is something to measure: labelled images with a code.
  public var isMeasured: Bool { metrics.overall.images > 0 }

  /// The tables for the terminal.
  public var tables: RunTables {
    let parallel = (try? RunSettings(json: run.settings))?.parallel ?? 1
    return RunTables(
      counts: counts, coverage: manifest.coverage, parallel: parallel, metrics: isMeasured ? metrics : nil)
  }

  /// Writes `summary.json`.
  ///
  /// - Throws: `UnwritableFile`.
  public func writeSummary(ended: Date) throws {
    let summary = Summary(
      run: run, ended: ended, scope: scope, counts: counts, coverage: manifest.coverage,
      metrics: isMeasured ? metrics : nil)
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    try folder.write(String(decoding: try encoder.encode(summary), as: UTF8.self) + "\n", to: Summary.fileName)
  }

  /// Writes `report.html`.
  ///
  /// - Throws: `UnwritableFile`, `RecordFault`, `CancellationError`.
  public func writeReport(_ description: RunDescription) async throws {
    try await HTMLReport.write(
      to: folder.file("report.html"), run: description, metrics: metrics,
      examinations: RunMetrics.distinct(predictions),
      answers: answers, total: counts.examined + counts.failed
    ) { add in
      guard let positions = manifest.reportSample.positions else {
        for try await kept in store.examinations(ofRun: run.id) { try add(try row(kept)) }
        return
      }
      for position in positions {
        try Task.checkCancellation()
        if let kept = try await store.examination(ofRun: run.id, at: position) { try add(try row(kept)) }
      }
    }
  }

  private func row(_ kept: StoredExamination) throws -> ReportRow {
    let entry = manifest.sample(at: kept.position)
    guard let report = kept.report else {
      return ReportRow(image: kept.imageName, failure: kept.failure?.message ?? "not read", truth: entry?.truth)
    }
    let thumbnail = try entry.map(thumbnail) ?? []
    let metadata = kept.metadata
    let facts: [(String, String?)] = [
      ("lesion", metadata.lesion), ("site", metadata.site), ("sex", metadata.sex),
      ("age", metadata.age.map(String.init)), ("skin type", metadata.skinType), ("patient", metadata.patient),
    ]
    return ReportRow(
      report, thumbnail: thumbnail,
      facts: facts.compactMap { name, value in value.map { RunDescription.Fact(name, $0) } })
  }
}

import Concurrency
import Dermoscopy
import Foundation
import Records

/// What one examination adds to a run's tables, made apart from the others, so that all processors can.
struct RenderedExamination: Sendable {
  /// The examination.
  var kept: StoredExamination
  /// What the metrics need of it; `nil` for one that failed.
  var prediction: Prediction?
  /// Lines of the phases' tables, by table.
  var lines: [String] = []
  /// The line for ISIC's scoring program.
  var score: String?
}

/// A run's examinations in their order, with their rows.
struct RenderedExaminations: Sendable {
  /// Examinations in memory at once, twice.
  private static let page = 256

  var store: any RecordStore
  var run: RecordID
  var tables: [PhaseSpreadsheet]
  var readingProtocol: ReadingProtocol
  var wantsScores: Bool

  /// Makes the rows. While some are made, the next ones are fetched.
  ///
  /// - Parameter body: called for each in the order of positions.
  /// - Throws: `RecordFault`, `CancellationError`, what `body` throws.
  func forEach(_ body: (RenderedExamination) throws -> Void) async throws {
    let checks = readingProtocol.qualityChecks
    let processors = max(ProcessInfo.processInfo.activeProcessorCount, 1)
    var page = try await store.examinations(ofRun: run, after: nil, limit: Self.page)
    while !page.isEmpty {
      try Task.checkCancellation()
      let last = page.count < Self.page ? nil : page.last?.position
      async let following = next(after: last)
      let share = (page.count + processors - 1) / processors
      let parts = stride(from: 0, to: page.count, by: share).map { page[$0..<min($0 + share, page.count)] }
      var rows = [[RenderedExamination]](repeating: [], count: parts.count)
      try await parts.indices.forEachConcurrently(limit: processors) { place in
        parts[place].map { row($0, checks) }
      } ended: { place, made in
        rows[place] = made
      }
      for row in rows.joined() { try body(row) }
      page = try await following
    }
  }

  private func next(after position: Int?) async throws -> [StoredExamination] {
    guard let position else { return [] }
    return try await store.examinations(ofRun: run, after: position, limit: Self.page)
  }

  private func row(_ kept: StoredExamination, _ checks: QualityChecks) -> RenderedExamination {
    var row = RenderedExamination(kept: kept)
    switch kept.outcome {
    case .report(let report):
      row.prediction = kept.predictions
      let exchanges = readingProtocol.exchanges(in: report, checks: checks)
      row.lines = tables.map { table in
        Spreadsheet.line(table.row(report, readingProtocol, elapsed: kept.elapsed / 1000, exchanges: exchanges))
      }
      if wantsScores { row.score = ISICScores.row(report).map(Spreadsheet.line) }
    case .failure:
      if wantsScores { row.score = Spreadsheet.line(ISICScores.row(ofUnread: kept.imageName)) }
    }
    return row
  }
}

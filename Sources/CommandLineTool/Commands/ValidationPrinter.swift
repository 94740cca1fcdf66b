import UseCases
import Validation

/// Prints how a validation goes, and what it found.
struct ValidationPrinter: Sendable {
  var terminal: Terminal

  /// - Throws: `OutputFault`.
  func show(_ event: ValidationEvent) throws {
    switch event {
    case .nothingToResume(let folder, let kind):
      terminal.printError("dermgemma: \(folder): there is no \(kind) to resume; it starts now")
    case .remark(let text): terminal.printError("dermgemma: \(text)")
    case .lookingThroughImages(let done, let count):
      if done.isMultiple(of: 50) { terminal.progress("Looking through the images: \(done) of \(count)") }
    case .loadingModel: terminal.progress("Loading the model…")
    case .resumed(let read, let total):
      try terminal.print("\(read) of \(total) images were read before; \(total - read) are left.\n")
    case .examined(let outcome, let diagnostics, let progress):
      if !diagnostics.isEmpty { try terminal.print(diagnostics.joined(separator: "\n") + "\n") }
      if case .failure(let failure) = outcome { terminal.printError("dermgemma: \(failure.message)") }
      terminal.progress(progress.line)
    case .writingResults: terminal.progress("Writing the results…")
    case .finished(let results, let scope, let folder, let scores): try show(results, of: scope, in: folder, scores)
    case .shardFinished(let shard, let images, let failed, let total, let folder):
      let unread = failed > 0 ? "; \(failed) could not be read" : ""
      try terminal.print("\(folder): \(shard) is done, \(images) of the run's \(total) images\(unread).")
    case .merging(let done, let count): terminal.progress("Merging: \(done) of \(count) shards")
    case .stopped(let stored, let database):
      let number = stored.map { "\($0) examinations are stored" } ?? "Finished examinations are stored"
      terminal.printError("\(number) in \(database); continue with --resume.")
    }
  }

  private func show(_ results: RunResults, of scope: ValidationScope, in folder: String, _ scores: String?) throws {
    try terminal.print((results.listing + [""] + results.tables.lines + [""]).joined(separator: "\n"))
    let files = scope.spreadsheets.map(\.fileName) + ["summary.json", "report.html"]
    if let scores, results.counts.failed > 0 {
      try terminal.print(
        "\(results.counts.failed) unread images are in \(scores) with four equal probabilities: ISIC's scoring needs a row of "
          + "each, and counts these as wrong.")
    }
    try terminal.print("Written to \(folder): " + files.joined(separator: ", "))
  }
}

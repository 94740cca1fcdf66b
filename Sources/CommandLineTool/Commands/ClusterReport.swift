import Auditing
import Cluster
import Faults
import JSON
import TextOutput
import Validation

/// What `cluster` says of a run, and how it continues one.
struct ClusterReport {
  /// The run's folder, from the root.
  var folder: String
  /// As the user named it.
  var shown: String

  /// Prints how far the run is.
  func show(asJSON: Bool, _ terminal: Terminal) async throws {
    let run = try ClusterRun(in: folder)
    let progress = try await ClusterProgress(run, in: folder)
    if asJSON {
      try terminal.print(try OrderedJSON.line(Document(progress)))
    } else {
      for line in lines(progress, of: run) { try terminal.print(line) }
    }
  }

  /// Submits, or reads, the shards that are missing.
  ///
  /// - Returns: the exit status.
  func retry(workers: Int, _ terminal: Terminal) async throws -> Int32 {
    let run = try ClusterRun(in: folder)
    let progress = try await ClusterProgress(run, in: folder)
    let missing = progress.missing
    if missing.isEmpty, progress.isMerged || !progress.isDone {
      for line in lines(progress, of: run) { try terminal.print(line) }
      return 0
    }
    guard run.engine == .slurm else { return try await read(missing, of: run, workers: workers, terminal) }
    // With nothing missing, only the merge is: it checks one shard, which ends at once, and follows.
    try terminal.print(try await SlurmQueue.submit(missing.isEmpty ? [0] : missing, of: folder))
    return 0
  }

  /// Reads shards on this machine and merges the run.
  ///
  /// - Returns: the exit status.
  func read(_ shards: [Int], of run: ClusterRun, workers: Int, _ terminal: Terminal) async throws -> Int32 {
    let status = try await LocalCluster.run(shards, of: run, in: folder, workers: workers) { event in
      switch event {
      case .ended(let shard, let status, let done, let count):
        if status != 0 { terminal.printError("dermgemma: shard \(shard) ended with status \(status)") }
        terminal.progress("\(done) of \(count) shards have ended")
      case .merging: terminal.progress("merging \(run.shards) shards")
      }
    }
    terminal.clearProgress()
    for line in lines(try await ClusterProgress(run, in: folder), of: run) { try terminal.print(line) }
    return status
  }

  private func lines(_ progress: ClusterProgress, of run: ClusterRun) -> [String] {
    func part(_ state: ShardProgress.State, _ word: String) -> String? {
      let numbers = progress.numbers(state)
      guard !numbers.isEmpty else { return nil }
      let isListed = state != .done && numbers.count < progress.shards.count
      return "\(numbers.count) \(word)" + (isListed ? " (\(NumberRanges.text(of: numbers)))" : "")
    }
    let parts = [
      part(.done, "done"), part(.running, "running"), part(.stopped, "stopped"), part(.notBegun, "not begun"),
    ]
    let count = progress.shards.count
    var lines = ["\(count) \(count == 1 ? "shard" : "shards"): \(parts.compactMap { $0 }.joined(separator: ", "))"]
    if let queued = progress.queued, !queued.isEmpty {
      lines.append("In Slurm's queue: \(NumberRanges.text(of: queued))")
    }
    let failed = progress.failed == 0 ? "" : ", \(progress.failed) failed"
    let whole = progress.images.map { " of \($0)" } ?? ""
    lines.append("\(progress.read)\(whole) images read\(failed)")
    if progress.isMerged {
      lines.append("Merged: \(shown)/merged/\(run.reportName)")
    } else if progress.isDone {
      lines.append("All shards are done; 'dermgemma cluster retry \(shown)' merges them.")
    } else if !progress.missing.isEmpty {
      lines.append(
        "'dermgemma cluster retry \(shown)' continues with shards \(NumberRanges.text(of: progress.missing)).")
    }
    return lines
  }

  /// `status --json`.
  private struct Document: Encodable {
    var schema = "dermgemma-cluster-status/1"
    var shards: Int
    var done: [Int]
    var running: [Int]
    var stopped: [Int]
    var notBegun: [Int]
    var queued: [Int]?
    var missing: [Int]
    var images: Int?
    var read: Int
    var failed: Int
    var complete: Bool
    var merged: Bool

    enum CodingKeys: String, CodingKey {
      case schema, shards, done, running, stopped
      case notBegun = "not_begun"
      case queued, missing, images, read, failed, complete, merged
    }

    init(_ progress: ClusterProgress) {
      shards = progress.shards.count
      (done, running) = (progress.numbers(.done), progress.numbers(.running))
      (stopped, notBegun) = (progress.numbers(.stopped), progress.numbers(.notBegun))
      queued = progress.queued?.sorted()
      missing = progress.missing
      (images, read, failed) = (progress.images, progress.read, progress.failed)
      (complete, merged) = (progress.isDone, progress.isMerged)
    }
  }
}

extension ClusterProgress {
  /// How far a run is, whatever it keeps its answers in.
  ///
  /// - Throws: `MergeFault` for a shard that is none of the run; a fault of a database or of an audit's answers.
  init(_ run: ClusterRun, in folder: String) async throws {
    try await self.init(of: run, in: folder) { shard, part in
      try await run.isAudit ? ShardProgress(ofAudit: shard, in: part) : ShardProgress(of: shard, in: part)
    }
  }
}

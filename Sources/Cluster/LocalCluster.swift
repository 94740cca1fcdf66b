import Concurrency
import Foundation
import Validation

/// The shards of a run read on this machine, some at once, by the same scripts that a cluster's jobs run.
public enum LocalCluster {
  /// What happens.
  public enum Event: Sendable {
    /// A shard ended; status 0 when each of its images was read or has failed.
    case ended(shard: Int, status: Int32, done: Int, of: Int)
    /// All shards are done, and are merged now.
    case merging
  }

  /// Reads shards, then merges all of the run.
  ///
  /// - Parameters:
  ///   - shards: those to read, by number.
  ///   - run: the run.
  ///   - folder: its folder, with its scripts.
  ///   - workers: processes at once.
  ///   - events: told how it goes.
  /// - Returns: the exit status of `merge`: 65 when some images could not be read.
  /// - Throws: ``ClusterFault/unfinished(folder:shards:)`` when shards did not end well; `CancellationError` once all
  ///   processes have ended.
  public static func run(
    _ shards: [Int], of run: ClusterRun, in folder: String, workers: Int, events: (Event) throws -> Void
  ) async throws -> Int32 {
    var unfinished: [Int] = []
    var done = 0
    try await shards.forEachConcurrently(limit: workers) { shard in
      try Task.checkCancellation()
      return try await ChildProcess.run(
        ["bash", folder + "/shard.sh", "\(shard)"], log: "\(folder)/logs/\(shard).log"
      ).status
    } ended: { shard, status in
      try Task.checkCancellation()
      done += 1
      if status != 0 { unfinished.append(shard) }
      try events(.ended(shard: shard, status: status, done: done, of: shards.count))
    }
    try Task.checkCancellation()
    guard unfinished.isEmpty else { throw ClusterFault.unfinished(folder: folder, shards: unfinished) }
    try events(.merging)
    let log = "\(folder)/logs/merge.log"
    unlink(log)
    let status = try await ChildProcess.run(["bash", folder + "/merge.sh"], log: log).status
    try Task.checkCancellation()
    guard status == 0 || status == 65, run.isMerged(in: folder) else {
      let reason = (try? String(contentsOfFile: log, encoding: .utf8))?.trimmingCharacters(in: .newlines) ?? ""
      throw ClusterFault.scheduler(program: "\(folder)/merge.sh", reason: reason.isEmpty ? "failed" : reason)
    }
    return status
  }
}

import Foundation
import Validation

/// How far a run over many workers is, according to the records of its shards: what a scheduler says of its jobs does not
/// count, because Slurm can report a job as completed that never ran.
public struct ClusterProgress: Sendable {
  /// Each shard, by number.
  public private(set) var shards: [ShardProgress]
  /// Whether the merged run is there.
  public private(set) var isMerged: Bool
  /// Shards that wait or run according to Slurm; `nil` when there is no queue to ask.
  public private(set) var queued: Set<Int>?

  /// Looks at a run.
  ///
  /// - Parameters:
  ///   - run: the run.
  ///   - folder: its folder.
  ///   - look: looks at a shard in its folder; audits and validations keep their answers in different ways.
  /// - Throws: what `look` throws, such as `MergeFault` for a shard that is none of the run; `CancellationError`.
  public init(
    of run: ClusterRun, in folder: String, look: (_ shard: Shard, _ folder: String) async throws -> ShardProgress
  ) async throws {
    shards = []
    for index in 0..<run.shards {
      try Task.checkCancellation()
      guard let shard = Shard(index, of: run.shards) else { break }
      shards.append(try await look(shard, ClusterRun.part(index, in: folder)))
    }
    isMerged = run.isMerged(in: folder)
    queued = run.engine == .slurm ? await SlurmQueue.shards(of: folder) : nil
  }

  /// The numbers of the shards in a state.
  public func numbers(_ state: ShardProgress.State) -> [Int] {
    shards.indices.filter { shards[$0].state == state }
  }

  /// Shards that nobody reads and that are not done, nor waiting in Slurm's queue.
  public var missing: [Int] {
    shards.indices.filter { index in
      (shards[index].state == .notBegun || shards[index].state == .stopped) && queued?.contains(index) != true
    }
  }

  /// Whether each image of each shard was read, or has failed.
  public var isDone: Bool { shards.allSatisfy { $0.state == .done } }

  /// Images of the whole run; `nil` until a shard knows them.
  public var images: Int? { shards.lazy.compactMap(\.imagesOfTheRun).first }
  /// Images that were read.
  public var read: Int { shards.reduce(0) { $0 + $1.read } }
  /// Images that failed.
  public var failed: Int { shards.reduce(0) { $0 + $1.failed } }
}

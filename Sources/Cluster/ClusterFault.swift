import Faults

/// A run over many workers that cannot be set up or continued.
public enum ClusterFault: Fault, Equatable {
  /// The folder has no run over many workers.
  case noRun(folder: String)
  /// The folder has another run.
  case occupied(folder: String)
  /// The folder's document is of another version, or damaged.
  case unreadable(path: String, reason: String)
  /// A path that a job script cannot name.
  case unusablePath(String)
  /// A program of the cluster, such as `sbatch`, is missing or failed.
  case scheduler(program: String, reason: String)
  /// Shards that did not end well, and why.
  case unfinished(folder: String, shards: [Int])

  public var kind: FaultKind {
    switch self {
    case .noRun: .missingInput
    case .occupied: .usage
    case .unreadable, .unusablePath: .unusableInput
    case .scheduler, .unfinished: .unavailable
    }
  }

  public var description: String {
    switch self {
    case .noRun(let folder):
      "\(folder): there is no \(ClusterRun.fileName), so 'cluster slurm' or 'cluster local' has not set up a run here"
    case .occupied(let folder):
      "\(folder): another run is set up there; continue that one with 'cluster retry \(folder)', or name another folder "
        + "with --out"
    case .unreadable(let path, let reason): "\(path): \(reason)"
    case .unusablePath(let path): "\(path): a job script cannot name a path with a line break"
    case .scheduler(let program, let reason): "\(program): \(reason)"
    case .unfinished(let folder, let shards):
      "\(folder): \(shards.count == 1 ? "shard" : "shards") \(NumberRanges.text(of: shards)) did not end; "
        + "the reasons are in \(folder)/logs, and 'cluster retry \(folder)' continues"
    }
  }
}

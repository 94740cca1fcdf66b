import AtomicFiles
import Foundation
import JSON
import Validation

/// A validation or an audit over many workers: what each shard is told, and what it may use. `cluster.json` in the run's folder.
///
/// The folder also holds the job scripts (`JobScripts`), `parts/I` for each shard, `logs`, and in the end `merged`.
public struct ClusterRun: Sendable, Hashable, Codable {
  /// The document's name.
  public static let fileName = "cluster.json"
  /// The list of the images' digests, which all shards share.
  public static let digestsName = "digests.txt"
  static let schema = "dermgemma-cluster/1"

  /// Who starts the workers.
  public enum Engine: String, Sendable, Codable {
    /// Slurm, by an array of jobs.
    case slurm
    /// This machine, some processes at once.
    case local
  }

  /// What each job asks Slurm for; `nil` leaves it to the cluster.
  public struct Resources: Sendable, Hashable, Codable {
    /// Graphics processors.
    public var gpus: Int?
    /// Processors.
    public var processors: Int?
    /// Memory as Slurm writes it: `16G`.
    public var memory: String?
    /// The partition.
    public var partition: String?
    /// The time limit as Slurm writes it: `4:00:00`.
    public var time: String?

    enum CodingKeys: String, CodingKey {
      case gpus
      case processors = "cpus"
      case memory, partition, time
    }

    /// What a job asks for.
    public init(
      gpus: Int? = nil, processors: Int? = nil, memory: String? = nil, partition: String? = nil, time: String? = nil
    ) {
      (self.gpus, self.processors, self.memory) = (gpus, processors, memory)
      (self.partition, self.time) = (partition, time)
    }
  }

  var schema = ClusterRun.schema
  /// Who starts the workers.
  public var engine: Engine
  /// The number of shards, which never changes.
  public var shards: Int
  /// How often a shard is started before it is given up: 1 or more.
  public var tries: Int
  /// The program's path, on every worker.
  public var program: String
  /// A container image that has the program; `nil` to run it directly.
  public var container: String?
  /// The folder in which commands run: where `cluster` was called.
  public var workingFolder: String
  /// `validate all --images …` or `audit --images …`: the command of the whole run, without shards and folders to write to.
  public var command: [String]
  /// What `merge` is told besides.
  public var mergeOptions: [String]
  /// What jobs ask for.
  public var resources: Resources

  enum CodingKeys: String, CodingKey {
    case schema, engine, shards, tries, program, container
    case workingFolder = "working_folder"
    case command
    case mergeOptions = "merge_options"
    case resources
  }

  /// A run.
  public init(
    _ command: [String], engine: Engine, shards: Int, tries: Int = 4, program: String, workingFolder: String
  ) {
    self.command = command
    self.engine = engine
    self.shards = shards
    self.tries = tries
    self.program = program
    self.workingFolder = workingFolder
    mergeOptions = []
    resources = Resources()
  }

  /// Reads the run of a folder.
  ///
  /// - Throws: ``ClusterFault``.
  public init(in folder: String) throws {
    let path = folder + "/" + Self.fileName
    guard let data = FileManager.default.contents(atPath: path) else { throw ClusterFault.noRun(folder: folder) }
    guard let run = try? JSONDecoder().decode(Self.self, from: data), run.schema == Self.schema,
      (1...Shard.most).contains(run.shards), run.tries >= 1
    else { throw ClusterFault.unreadable(path: path, reason: "not a document that this version of the program reads") }
    self = run
  }

  /// Writes the document and the scripts, unless they are there.
  ///
  /// - Parameter folder: made if it is missing; a script that somebody changed stays as it is.
  /// - Throws: ``ClusterFault`` when another run is there; `UnwritableFile`.
  public func write(to folder: String) throws {
    for word in [folder, program, workingFolder, container ?? ""] + command + mergeOptions
    where word.contains(where: \.isNewline) { throw ClusterFault.unusablePath(word) }
    if FileManager.default.fileExists(atPath: folder + "/" + Self.fileName) {
      guard try Self(in: folder) == self else { throw ClusterFault.occupied(folder: folder) }
    }
    for name in ["", "/parts", "/logs"] { try Folder.make(folder + name) }
    for (name, text) in JobScripts(self, folder: folder).files {
      let path = folder + "/" + name
      guard !FileManager.default.fileExists(atPath: path) else { continue }
      let file = try AtomicFile(path, draft: .named, mode: 0o777)
      try file.write(text)
      try file.finish()
    }
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    try AtomicFile.write(try encoder.encode(self) + Data("\n".utf8), to: folder + "/" + Self.fileName, draft: .named)
  }

  /// Whether it is an audit and not a validation.
  public var isAudit: Bool { command.first == Self.audit }
  /// The command of an audit.
  public static let audit = "audit"
  /// The page that shows the merged run's results.
  public var reportName: String { isAudit ? "audit.html" : "report.html" }

  /// Whether the merged run's results are there.
  func isMerged(in folder: String) -> Bool {
    FileManager.default.fileExists(atPath: "\(folder)/merged/\(isAudit ? "audit.json" : "summary.json")")
  }

  /// A shard's folder.
  public static func part(_ shard: Int, in folder: String) -> String { "\(folder)/parts/\(shard)" }
}

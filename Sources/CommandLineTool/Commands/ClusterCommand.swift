import Cluster
import Faults
import Foundation
import UseCases
import Validation

/// The options of `cluster`, besides those of `validate` and `audit`.
enum ClusterOption {
  static let out = Option<String>(
    path: "--out", "DIR", help: "The run's folder: scripts, parts, logs, and in the end merged.")
  static let shards = Option<Int>(
    "--of", "N", in: 1...Shard.most, help: "The number of shards (slurm: needed; local: default 4 a worker).")
  static let workers = Option<Int>("--workers", "N", in: 1...512, help: "local, retry: processes at once (default 2).")
  static let tries = Option<Int>(
    "--tries", "N", in: 1...100, help: "How often a shard is started before it is given up (default 4).")
  static let gpus = Option<Int>("--gpus", "N", in: 1...64, help: "slurm: graphics processors of a job.")
  static let processors = Option<Int>("--cpus", "N", in: 1...4096, help: "slurm: processors of a job.")
  static let memory = scheduler("--memory", "SIZE", help: "slurm: memory of a job, such as 16G.")
  static let partition = scheduler("--partition", "NAME", help: "slurm: the partition.")
  static let time = scheduler("--time", "TIME", help: "slurm: the time limit of a job, such as 4:00:00.")
  static let container = Option<String>(
    path: "--image", "FILE", help: "slurm: an Apptainer image that has dermgemma.")
  static let submit = Flag("--submit", help: "slurm: submits the jobs.")
  static let json = Flag("--json", help: "status: prints one JSON object.")

  static let own: [any CommandOption] = [
    out, shards, workers, tries, gpus, processors, memory, partition, time, container, submit, json,
  ]

  /// Options that `validate` and `audit` have and a run over many workers does not: it has them itself, or they are of one shard.
  private static let others: [any CommandOption] = [
    ValidateOption.shard, ValidateOption.resume, ValidateOption.replace, AuditOption.plan, AuditOption.budget,
    AuditOption.replicates, AuditOption.side, AuditOption.kind,
  ]

  /// Options that go to each shard: those of `validate`, and those that only `audit` has.
  static let passed: [any CommandOption] = {
    var taken = Set((own + others).map(\.name))
    return (validateCommand.options + auditCommand.options).filter { taken.insert($0.name).inserted }
  }()

  /// A word that Slurm takes.
  private static func scheduler(_ name: String, _ placeholder: String, help: String) -> Option<String> {
    Option(name, placeholder, help: help) { text throws(InvalidValue) in
      let isWord = text.utf8.allSatisfy { byte in
        switch UInt8(byte) {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
          UInt8(ascii: "0")...UInt8(ascii: "9"):
          true
        default: "-_.:,".utf8.contains(byte)
        }
      }
      guard isWord, !text.isEmpty else { throw .reason("only letters, digits and - _ . : , can stand here") }
      return text
    }
  }
}

let clusterCommand = CommandSpecification(
  name: "cluster",
  summary: "Runs a validation or an audit over many workers: Slurm, or this machine.",
  usage: [
    "cluster slurm [PHASE] --images DIR --of N --out DIR [options]",
    "cluster local [PHASE] --images DIR --out DIR [options]",
    "cluster slurm|local audit --images DIR --out DIR [options]",
    "cluster status DIR [--json]", "cluster retry DIR [--workers N]",
  ],
  discussion: [
    "Cuts a validation, or an audit, into shards, has each read by a worker of its own, and merges them into DIR/merged: the same bytes as "
      + "one undisturbed run. 'slurm' writes job scripts to read and change, and 'sbatch' lines (DIR/submit.sh), which "
      + "--submit runs. 'local' reads the shards on this machine.",
    "'status' says from the records what is done, running, stopped and not begun; what Slurm says of its jobs does not count, "
      + "because it can report a job as completed that never ran. 'retry' submits, or reads, what is missing. Both may be "
      + "called at any time and as often as you like.",
    "PHASE is all (the default), phase1, phase2 or phase3: a validation, whose options go to each shard. With audit, those of "
      + "'audit' do (all but --plan and --budget). Paths must be the same on all machines.",
    "Exit status: 0 all well; 64 wrong usage, or another run is set up there; 65 an input is unusable (also when other "
      + "images were read); 66 no run is set up there; 69 a shard did not end well, or sbatch is missing or refused; "
      + "74 output could not be written; 130 interrupted.",
  ],
  verbs: ["slurm", "local", "status", "retry"],
  options: ClusterOption.own + ClusterOption.passed,
  examples: [
    (
      "dermgemma cluster slurm --images data --of 400 --gpus 1 --out run --submit",
      "400 jobs, each with a graphics processor."
    ),
    ("dermgemma cluster status run", "How far it is."),
    ("dermgemma cluster retry run", "Submits what is missing."),
    ("dermgemma cluster local --images data --labels labels.csv --out run", "On this machine."),
    ("dermgemma cluster local audit --images data --labels labels.csv --out audit", "An audit."),
  ],
  takesArguments: true
) { arguments, terminal in
  func wrong(_ message: String) -> UsageFault { UsageFault(message: message, command: "cluster") }
  let words = arguments.positional.dropFirst()
  switch arguments.positional.first {
  case "slurm": return try await ClusterSetup(arguments, .slurm).run(terminal)
  case "local": return try await ClusterSetup(arguments, .local).run(terminal)
  case "status", "retry":
    guard let folder = words.first, words.count == 1 else {
      throw wrong("Name one folder: cluster \(arguments.positional[0]) DIR")
    }
    let report = ClusterReport(folder: absolute(folder), shown: folder)
    if arguments.positional[0] == "status" {
      try await report.show(asJSON: arguments[ClusterOption.json], terminal)
      return 0
    }
    return try await report.retry(workers: try arguments[ClusterOption.workers] ?? 2, terminal)
  case let word: throw wrong((word.map { "'\($0)' is no task. " } ?? "") + "Say slurm, local, status DIR or retry DIR")
  }
}

/// A path from the root, so that a script may name it from any folder.
func absolute(_ path: String) -> String {
  URL(fileURLWithPath: path, relativeTo: URL(fileURLWithPath: FileManager.default.currentDirectoryPath))
    .standardizedFileURL.path
}

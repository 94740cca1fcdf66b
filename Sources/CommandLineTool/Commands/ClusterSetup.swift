import Auditing
import Cluster
import Faults
import Foundation
import UseCases
import Validation

/// A run over many workers that a command line sets up.
struct ClusterSetup {
  private let run: ClusterRun
  private let folder: String
  private let shown: String
  private let submits: Bool
  private let workers: Int
  private let work: ClusterWork
  private let digests: String

  /// Checks a command line; the options of `validate` or `audit` are checked as these do.
  ///
  /// - Throws: `UsageFault`; a `Fault` for a protocol, or a folder of images, that is missing or broken.
  init(_ arguments: ParsedArguments, _ engine: ClusterRun.Engine) throws {
    func wrong(_ message: String) -> UsageFault { UsageFault(message: message, command: "cluster") }
    guard let out = try arguments[ClusterOption.out] else { throw wrong("Say where to write: --out DIR") }
    let workers = try arguments[ClusterOption.workers] ?? 2
    guard let shards = try arguments[ClusterOption.shards] ?? (engine == .local ? workers * 4 : nil) else {
      throw wrong("Say how many shards there are: --of N")
    }
    if engine == .local, let option = Self.slurmOptions.first(where: { arguments.has($0) }) {
      throw wrong("\(option.name) goes with 'cluster slurm' only")
    }
    let phases = arguments.positional.dropFirst()
    guard phases.count <= 1 else { throw wrong("Unexpected argument '\(phases[phases.startIndex + 1])'") }

    // What is left is the command line of one undisturbed run.
    let options = arguments.words(without: ClusterOption.own + [ValidateOption.isicScores]).dropFirst()
    let isAudit = phases.first == auditCommand.name
    let (command, other) = isAudit ? (auditCommand, validateCommand) : (validateCommand, auditCommand)
    if let stranger = other.options.first(where: { option in
      arguments.has(option) && !(command.options + ClusterOption.own).contains { $0.name == option.name }
    }) {
      throw wrong(
        "\(stranger.name) is an option of '\(other.name)', and this is \(isAudit ? "an audit" : "a validation")")
    }
    var words = (isAudit ? [] : [phases.first ?? "all"]) + Self.withoutPositional(options, Array(arguments.positional))
    if engine == .local, !arguments.has(EngineOption.threads) {
      words += [EngineOption.threads.name, "\(max(1, ProcessInfo.processInfo.activeProcessorCount / workers))"]
    }
    work = try isAudit ? ClusterWork(auditing: words) : ClusterWork(validating: words)
    for path in work.inputs where !FileManager.default.isReadableFile(atPath: path) {
      throw ClusterInputFault(path: path)
    }
    folder = absolute(out)
    shown = out
    digests = work.digests.map(absolute) ?? "\(folder)/\(ClusterRun.digestsName)"
    if work.images != nil, work.digests == nil { words += [ValidateOption.digests.name, digests] }
    var run = ClusterRun(
      [command.name] + words, engine: engine, shards: shards,
      tries: try arguments[ClusterOption.tries] ?? 4,
      program: arguments.has(ClusterOption.container) ? "dermgemma" : Self.program,
      workingFolder: FileManager.default.currentDirectoryPath)
    run.container = try arguments[ClusterOption.container].map(absolute)
    if let scores = try arguments[ValidateOption.isicScores] {
      run.mergeOptions = [ValidateOption.isicScores.name, absolute(scores)]
    }
    run.resources = ClusterRun.Resources(
      gpus: try arguments[ClusterOption.gpus], processors: try arguments[ClusterOption.processors],
      memory: try arguments[ClusterOption.memory], partition: try arguments[ClusterOption.partition],
      time: try arguments[ClusterOption.time])
    self.run = run
    self.workers = workers
    submits = arguments[ClusterOption.submit]
  }

  private static let slurmOptions: [any CommandOption] = [
    ClusterOption.gpus, ClusterOption.processors, ClusterOption.memory, ClusterOption.partition, ClusterOption.time,
    ClusterOption.container, ClusterOption.submit,
  ]

  /// This program's file.
  private static var program: String {
    (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? "dermgemma"
  }

  /// Options with their values: what is left without the task and the phase.
  private static func withoutPositional(_ words: ArraySlice<String>, _ positional: [String]) -> [String] {
    var (left, kept, rest) = (positional[...], [String](), words)
    while let word = rest.popFirst() {
      if word == left.first {
        left = left.dropFirst()
      } else {
        kept.append(word)
        let option = (validateCommand.allOptions + auditCommand.allOptions).first { $0.name == word }
        if option?.placeholder != nil, let value = rest.popFirst() { kept.append(value) }
      }
    }
    return kept
  }

  /// Writes the scripts, then submits or reads.
  ///
  /// - Returns: the exit status.
  func run(_ terminal: Terminal) async throws -> Int32 {
    try run.write(to: folder)
    if let images = work.images {
      // Once, so that not each shard reads every image to know which are its own.
      _ = try await DigestList.opened(at: digests, ofImagesIn: images, limit: work.limit, renews: true) { done, count in
        if done.isMultiple(of: 50) { terminal.progress("Looking through the images: \(done) of \(count)") }
      }
    }
    let report = ClusterReport(folder: folder, shown: shown)
    switch run.engine {
    case .local:
      let missing = try await ClusterProgress(run, in: folder).missing
      return try await report.read(missing, of: run, workers: workers, terminal)
    case .slurm where submits:
      try terminal.print(try await SlurmQueue.submit(nil, of: folder))
    case .slurm:
      try terminal.print("\(shown): the scripts for \(run.shards) shards are there. Read them, then submit:")
      try terminal.print("")
      try terminal.print("    bash \(shown)/submit.sh")
      try terminal.print("")
    }
    try terminal.print("'dermgemma cluster status \(shown)' says how far it is.")
    return 0
  }
}

/// What a run over many workers reads.
private struct ClusterWork {
  /// The folder of images; `nil` for a run from a table.
  var images: String?
  /// The most images, the first ones.
  var limit: Int?
  /// The list of digests that the command line names.
  var digests: String?
  /// Files and folders that must be there.
  var inputs: [String]

  /// - Throws: `UsageFault`; a `Fault` for a protocol that is missing or broken.
  init(validating command: [String]) throws {
    let request = try ValidationRequest(ParsedArguments(command, of: validateCommand))
    (images, limit, digests) = (request.images, request.limit, request.digests)
    inputs = [request.images, request.notes, request.labels, request.metadata].compactMap { $0 }
  }

  /// - Throws: `UsageFault`; a `Fault` for a protocol or arms that are missing or broken.
  init(auditing command: [String]) throws {
    // As a shard will be called.
    let shard = [AuditOption.out.name, ".", ValidateOption.shard.name, "0", ValidateOption.shards.name, "1"]
    let request = try AuditRequest(ParsedArguments(command + shard, of: auditCommand))
    (images, digests) = (request.images, request.digests)
    inputs = [request.images, request.labels, request.metadata, request.masks, request.trueWords].compactMap { $0 }
  }
}

/// Something that the run needs and is not there, found before hundreds of jobs find it.
struct ClusterInputFault: Fault {
  var path: String
  var kind: FaultKind { .missingInput }
  var description: String { "\(path): it is not there, or cannot be read" }
}

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
  private let images: String?
  private let limit: Int?
  private let digests: String

  /// Checks a command line; the options of `validate` are checked as `validate` does.
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
    var command = [phases.first ?? "all"] + Self.withoutPositional(options, Array(arguments.positional))
    if engine == .local, !arguments.has(EngineOption.threads) {
      command += [EngineOption.threads.name, "\(max(1, ProcessInfo.processInfo.activeProcessorCount / workers))"]
    }
    let validation = try ValidationRequest(ParsedArguments(command, of: validateCommand))
    for path in [validation.images, validation.notes, validation.labels, validation.metadata].compactMap({ $0 })
    where !FileManager.default.isReadableFile(atPath: path) {
      throw ClusterInputFault(path: path)
    }
    folder = absolute(out)
    shown = out
    images = validation.images
    limit = validation.limit
    digests = validation.digests.map(absolute) ?? "\(folder)/\(ClusterRun.digestsName)"
    if images != nil, validation.digests == nil { command += [ValidateOption.digests.name, digests] }
    var run = ClusterRun(
      ["validate"] + command, engine: engine, shards: shards, tries: try arguments[ClusterOption.tries] ?? 4,
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
        let option = validateCommand.allOptions.first { $0.name == word }
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
    if let images {
      // Once, so that not each shard reads every image to know which are its own.
      _ = try await DigestList.opened(at: digests, ofImagesIn: images, limit: limit, renews: true) { done, count in
        if done.isMultiple(of: 50) { terminal.progress("Looking through the images: \(done) of \(count)") }
      }
    }
    let report = ClusterReport(folder: folder, shown: shown)
    switch run.engine {
    case .local:
      let missing = try await ClusterProgress(of: run, in: folder).missing
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

/// Something that the run needs and is not there, found before hundreds of jobs find it.
struct ClusterInputFault: Fault {
  var path: String
  var kind: FaultKind { .missingInput }
  var description: String { "\(path): it is not there, or cannot be read" }
}

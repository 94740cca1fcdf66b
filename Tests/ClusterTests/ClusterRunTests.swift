import Faults
import Foundation
import Testing

@testable import Cluster

@Suite struct ClusterRunTests {
  private static func folder() throws -> String {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("cluster-\(UUID().uuidString)").path
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    return folder
  }

  private static func run(_ words: [String] = ["validate", "all", "--images", "my images"]) -> ClusterRun {
    var run = ClusterRun(words, engine: .slurm, shards: 2_500, program: "/bin/echo", workingFolder: "/")
    run.resources = ClusterRun.Resources(gpus: 1, processors: 4, memory: "16G", partition: "p", time: "4:00:00")
    return run
  }

  @Test(arguments: ["plain", "two words", "a'b", "$(id)", "`x`", "", "a\\b", "\"q\"", "ä;|&", "--x=1"])
  func `a shell takes every word back as it was`(_ word: String) async throws {
    let outcome = try await ChildProcess.run(["bash", "-c", "printf '<%s>' \(ShellWord.line([word, "end"]))"])
    #expect(outcome.status == 0)
    #expect(outcome.output == "<\(word)><end>")
  }

  @Test func `numbers are written as Slurm's array indexes`() {
    #expect(NumberRanges.text(of: [9, 0, 1, 2, 2, 3, 7]) == "0-3,7,9")
    #expect(NumberRanges.text(of: []) == "")
    #expect(NumberRanges.numbers(in: "0-3,7,9") == [0, 1, 2, 3, 7, 9])
    for text in ["", "a", "3-1", "1,,2", "-1", "0-9999999999", "1-2-3"] {
      #expect(NumberRanges.numbers(in: text) == nil)
    }
  }

  @Test func `a run is read back, written again, and another one is refused`() throws {
    let folder = try Self.folder()
    try Self.run().write(to: folder)
    #expect(try ClusterRun(in: folder) == Self.run())
    // A script that somebody changed stays as it is.
    try Data("mine".utf8).write(to: URL(fileURLWithPath: folder + "/job.sh"))
    try Self.run().write(to: folder)
    #expect(FileManager.default.contents(atPath: folder + "/job.sh") == Data("mine".utf8))
    #expect(throws: ClusterFault.occupied(folder: folder)) { try Self.run(["validate", "phase1"]).write(to: folder) }
  }

  @Test func `a folder without a run, a broken document and a path with a line break are refused`() throws {
    let folder = try Self.folder()
    #expect(throws: ClusterFault.noRun(folder: folder)) { _ = try ClusterRun(in: folder) }
    try Data("{\"schema\": \"dermgemma-cluster/9\"}".utf8).write(to: URL(fileURLWithPath: folder + "/cluster.json"))
    let fault = #expect(throws: ClusterFault.self) { _ = try ClusterRun(in: folder) }
    #expect(fault?.kind == .unusableInput)
    #expect(throws: ClusterFault.unusablePath("a\nb")) { try Self.run(["a\nb"]).write(to: try Self.folder()) }
  }

  @Test func `job scripts say what was asked for`() throws {
    let files = Dictionary(uniqueKeysWithValues: JobScripts(Self.run(), folder: "/data/my run").files)
    let job = try #require(files["job.sh"])
    for line in ["--gres=gpu:1", "--cpus-per-task=4", "--mem=16G", "--partition=p", "--time=4:00:00", "--requeue"] {
      #expect(job.contains("#SBATCH \(line)\n"), "\(line)")
    }
    #expect(try #require(files["shard.sh"]).contains("/bin/echo validate all --images 'my images'"))
    #expect(
      try #require(files["merge.sh"]).contains("merge '/data/my run/parts'/* --out '/data/my run/merged' --replace"))
    var run = Self.run()
    run.container = "/images/derm.sif"
    let contained = Dictionary(uniqueKeysWithValues: JobScripts(run, folder: "/r").files)
    #expect(
      try #require(contained["shard.sh"]).contains("until apptainer exec --nv /images/derm.sif /bin/echo validate"))
    #expect(
      JobScripts(ClusterRun([], engine: .local, shards: 1, program: "p", workingFolder: "/"), folder: "/r").files.count
        == 2)
  }

  @Test func `an audit's merge asks for what its shards have, because it loads the model`() throws {
    for (command, isAudit) in [(["audit", "--images", "i"], true), (["validate", "all", "--images", "i"], false)] {
      let run = Self.run(command)
      let files = Dictionary(uniqueKeysWithValues: JobScripts(run, folder: "/r").files)
      #expect(try #require(files["shard.sh"]).contains("until /bin/echo \(command.joined(separator: " ")) \\\n"))
      for line in ["--gres=gpu:1", "--cpus-per-task=4", "--mem=16G"] {
        #expect(try #require(files["job.sh"]).contains("#SBATCH \(line)\n"), "\(line)")
        #expect(try #require(files["merge.sh"]).contains("#SBATCH \(line)\n") == isAudit, "\(line)")
      }
      #expect(run.isAudit == isAudit && run.reportName == (isAudit ? "audit.html" : "report.html"))
    }
  }

  /// Some shards, and the arrays that are submitted for them.
  struct Submission: Sendable {
    var shards: String?
    var arrays: [String]
  }

  @Test(arguments: [
    Submission(shards: nil, arrays: ["0-999 0", "0-999 1000", "0-499 2000"]),
    Submission(shards: "3,17-19", arrays: ["3-3,17-19 0"]),
    Submission(shards: "990-1010,2400", arrays: ["990-999 0", "0-10 1000", "400-400 2000"]),
  ])
  func `an array has at most a thousand tasks`(_ submission: Submission) async throws {
    let folder = try Self.folder()
    try Self.run().write(to: folder)
    // What sbatch is called with; Slurm itself is in Interop/test_cluster.py.
    let bin = folder + "/bin"
    try FileManager.default.createDirectory(atPath: bin, withIntermediateDirectories: true)
    // Written by a child: what this process has open for writing, children of other tests hold open for a moment.
    let script = "#!/bin/bash\necho \"$@\" >>\(folder)/called\nwc -l <\(folder)/called\n"
    let write = "printf %s \"$1\" >$2; chmod +x $2"
    let made = try await ChildProcess.run(["bash", "-c", write, "bash", script, bin + "/sbatch"])
    #expect(made.status == 0, "\(made.output)")
    let words =
      ["env", "PATH=\(bin):/usr/bin:/bin", "bash", folder + "/submit.sh"] + [submission.shards].compactMap { $0 }
    let outcome = try await ChildProcess.run(words)
    #expect(outcome.status == 0, "\(outcome.output)")
    let called = try String(contentsOfFile: folder + "/called", encoding: .utf8).split(separator: "\n")
    let arrays = called.dropLast().map { line in
      let words = line.split(separator: " ")
      return "\(words[1].dropFirst("--array=".count)) \(words.last ?? "")"
    }
    #expect(arrays == submission.arrays)
    let jobs = submission.arrays.indices.map { ":\($0 + 1)" }.joined()
    #expect(try #require(called.last).contains("--dependency=afterany\(jobs) "))
    let kept = try String(contentsOfFile: folder + "/jobs.txt", encoding: .utf8)
    #expect(kept.split(separator: "\n").count == submission.arrays.count)
  }

  @Test(.timeLimit(.minutes(5)))
  func `a program that is missing is a fault, and one that is cancelled ends`() async throws {
    await #expect(throws: ClusterFault.self) { try await ChildProcess.run(["/no/such/program"]) }
    let log = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString).path
    defer { unlink(log) }
    let task = Task { try await ChildProcess.run(["bash", "-c", "echo started; exec sleep 600"], log: log) }
    // Cancelled before it is started, it is a cancellation; on a busy machine a start takes seconds.
    while (FileManager.default.contents(atPath: log) ?? Data()).isEmpty { try await Task.sleep(for: .milliseconds(20)) }
    task.cancel()
    #expect(try await task.value.status == 128 + SIGTERM)
    let late = Task {
      withUnsafeCurrentTask { $0?.cancel() }
      return try await ChildProcess.run(["sleep", "600"])
    }
    await #expect(throws: CancellationError.self) { try await late.value }
  }
}

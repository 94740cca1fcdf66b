import Foundation

/// Slurm's own programs: submitting jobs, and asking which wait or run.
public enum SlurmQueue {
  /// Where `submit.sh` writes the number of each array, and the shard that its index 0 is.
  static let jobsFile = "jobs.txt"

  /// Submits shards and the merge that follows.
  ///
  /// - Parameters:
  ///   - shards: their numbers; `nil` for all.
  ///   - folder: the run's folder.
  /// - Returns: what `submit.sh` said.
  /// - Throws: ``ClusterFault`` when `sbatch` is missing or refuses.
  public static func submit(_ shards: [Int]?, of folder: String) async throws -> String {
    let words = ["bash", folder + "/submit.sh"] + (shards.map { [NumberRanges.text(of: $0)] } ?? [])
    let outcome = try await ChildProcess.run(words)
    let text = outcome.output.trimmingCharacters(in: .whitespacesAndNewlines)
    guard outcome.status == 0 else {
      throw ClusterFault.scheduler(program: "\(folder)/submit.sh", reason: text.isEmpty ? "failed" : text)
    }
    return text
  }

  /// Shards that wait or run; `nil` when nothing was submitted, or the queue cannot be asked.
  static func shards(of folder: String) async -> Set<Int>? {
    guard let text = try? String(contentsOfFile: folder + "/" + jobsFile, encoding: .utf8) else { return nil }
    var firsts: [String: Int] = [:]
    for line in text.split(whereSeparator: \.isNewline) {
      let words = line.split(separator: " ")
      if words.count == 2, let first = Int(words[1]) { firsts[String(words[0])] = first }
    }
    // Asked for one number that it has forgotten, squeue fails; asked for all of a user's, it does not.
    guard let outcome = try? await ChildProcess.run(["squeue", "--me", "--noheader", "--array", "--format=%F %K"]),
      outcome.status == 0
    else { return nil }
    var shards: Set<Int> = []
    for line in outcome.output.split(whereSeparator: \.isNewline) {
      let words = line.split(separator: " ")
      guard words.count == 2, let first = firsts[String(words[0])], let indexes = NumberRanges.numbers(in: words[1])
      else { continue }
      shards.formUnion(indexes.map { first + $0 })
    }
    return shards
  }
}

extension ExaminationReport {
  /// What the examination took, on two short lines for a terminal: work, and time.
  ///
  /// It is no part of `text`, which is the same whenever the same image is read again.
  public var usage: String {
    let work = [
      Self.counted(counts.imageEncodes, "image encoding"), Self.counted(counts.promptTokens, "prompt token"),
      Self.counted(counts.generatedTokens, "generated token"),
    ]
    let phases: [(String, Double)] = [
      ("encoding", timings.encode), ("phase 1", timings.phase1), ("phase 2", timings.phase2),
      ("phase 3", timings.phase3),
    ]
    let spent = phases.filter { $0.1 > 0 }.map { "\($0.0) \(Self.seconds($0.1))" }
    let detail = spent.isEmpty ? "" : " (\(spent.joined(separator: ", ")))"
    return "\(work.joined(separator: ", "))\n\(Self.seconds(timings.total))\(detail)"
  }

  private static func counted(_ count: Int, _ noun: String) -> String {
    "\(count) \(noun)\(count == 1 ? "" : "s")"
  }

  private static func seconds(_ milliseconds: Double) -> String {
    "\((milliseconds / 1000).rounded(toDigits: milliseconds < 10_000 ? 2 : 1)) s"
  }
}

import Foundation

/// How much memory this process can still use.
public enum FreeMemory {
  /// Bytes; `nil` where the system does not say.
  ///
  /// The smaller of what the kernel calls available (`MemAvailable`) and what the control group leaves, counting its
  /// file pages that can be dropped as free (cgroup v2, else v1).
  public static var bytes: Int? {
    let kernel = available(inMemoryInfo: text("/proc/meminfo"))
    let group = left(
      limit: number("/sys/fs/cgroup/memory.max"), used: number("/sys/fs/cgroup/memory.current"),
      droppable: droppable(in: text("/sys/fs/cgroup/memory.stat"), "inactive_file"))
    let olderGroup = left(
      limit: number("/sys/fs/cgroup/memory/memory.limit_in_bytes"),
      used: number("/sys/fs/cgroup/memory/memory.usage_in_bytes"),
      droppable: droppable(in: text("/sys/fs/cgroup/memory/memory.stat"), "total_inactive_file"))
    return [kernel, group, olderGroup].compactMap(\.self).min()
  }

  /// `MemAvailable` in bytes.
  static func available(inMemoryInfo text: String) -> Int? {
    for line in text.split(separator: "\n") where line.hasPrefix("MemAvailable:") {
      return line.split(separator: " ").dropFirst().first.flatMap { Int($0) }.map { $0 << 10 }
    }
    return nil
  }

  /// What a group of processes may still take; `nil` without a limit.
  static func left(limit: Int?, used: Int?, droppable: Int) -> Int? {
    guard let limit, let used else { return nil }
    return max(0, limit - max(0, used - droppable))
  }

  private static func text(_ path: String) -> String {
    FileManager.default.contents(atPath: path).map { String(decoding: $0, as: UTF8.self) } ?? ""
  }

  /// A file's one number; `nil` for "max" and where there is no such file.
  private static func number(_ path: String) -> Int? {
    Int(text(path).trimmingCharacters(in: .whitespacesAndNewlines))
  }

  private static func droppable(in text: String, _ key: String) -> Int {
    for line in text.split(separator: "\n") where line.hasPrefix(key + " ") {
      return line.split(separator: " ").last.flatMap { Int($0) } ?? 0
    }
    return 0
  }
}

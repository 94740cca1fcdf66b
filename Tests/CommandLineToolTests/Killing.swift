import Foundation

/// Numbers that are the same each time (splitmix64).
struct Dice: RandomNumberGenerator {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }
}

/// Kills a process at a random moment: shortly after it has written to a file a number of times, or at some time while it
/// starts.
final class Killer: @unchecked Sendable {
  // Only ever touched by the one thread that watches a child, and before it starts.
  /// The file that is watched.
  var file: String
  private var writes: Int
  private let delay: Double
  private let deadline: Double
  private var began: Date?
  private var last: [Int64] = []
  private var isDone = false

  /// Draws the moment.
  init(_ dice: inout Dice, file: String, mostWrites: Int = 4) {
    self.file = file
    writes = Int.random(in: 1...mostWrites, using: &dice)
    delay = Double.random(in: 0...0.06, using: &dice)
    // One in three dies by the clock, whatever it has written.
    deadline = Int.random(in: 0..<3, using: &dice) == 0 ? Double.random(in: 0.05...1, using: &dice) : .infinity
  }

  /// What is to be called while a process runs; `nil` for one that is left alone.
  static func act(_ killer: Killer?) -> (@Sendable (pid_t) -> Void)? {
    guard let killer else { return nil }
    return { killer.watch($0) }
  }

  /// To be called again and again while the process runs.
  func watch(_ process: pid_t) {
    guard !isDone else { return }
    let now = stamp
    guard let began else {
      (self.began, last) = (Date(), now)
      return
    }
    if now != last { (last, writes) = (now, writes - 1) }
    guard writes <= 0 || -began.timeIntervalSinceNow > deadline else { return }
    isDone = true
    usleep(UInt32(delay * 1_000_000))
    kill(process, SIGKILL)
  }

  /// Size and time of the last change.
  private var stamp: [Int64] {
    var status = stat()
    guard stat(file, &status) == 0 else { return [] }
    return [Int64(status.st_size), Int64(status.st_mtim.tv_sec), Int64(status.st_mtim.tv_nsec)]
  }
}

/// Kills workers of a run at random moments, each a while after it was first seen.
final class Hunter: @unchecked Sendable {
  // Only ever touched by the one thread that watches a child, and after that thread has ended.
  private(set) var killed = 0
  private let folder: String
  private let kills: Int
  private var dice = Dice(seed: 3)
  private var moments: [pid_t: Date] = [:]

  init(folder: String, kills: Int) { (self.folder, self.kills) = (folder, kills) }

  /// To be called again and again while the run goes on.
  func hunt() {
    guard killed < kills else { return }
    for process in workers {
      let moment = moments[process] ?? Date(timeIntervalSinceNow: Double.random(in: 0.1...0.7, using: &dice))
      moments[process] = moment
      guard Date() > moment, killed < kills, kill(process, SIGKILL) == 0 else { continue }
      moments[process] = .distantFuture
      killed += 1
    }
  }

  /// Processes that read a part.
  private var workers: [pid_t] {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
    return names.compactMap { pid_t($0) }.filter { process in
      let words = FileManager.default.contents(atPath: "/proc/\(process)/cmdline")?.split(separator: 0) ?? []
      guard words.contains(Data("--shard".utf8)) else { return false }
      return words.contains { String(decoding: $0, as: UTF8.self).hasPrefix(folder + "/parts/") }
    }
  }
}

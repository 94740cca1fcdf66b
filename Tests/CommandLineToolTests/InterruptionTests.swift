import Foundation
import TestPrograms
import Testing

/// How `analyze` ends when it cannot go on: nobody listens, the disk is full, Ctrl-C.
@Suite(.timeLimit(.minutes(10))) struct InterruptionTests {
  @Test(arguments: [Program.Destination.closedPipe, .path("/dev/full")])
  func `output that cannot be written ends the run with 74`(_ output: Program.Destination) async throws {
    let folder = try TestFolders.folder(TestFolders.phantoms(3))
    for arguments in [["--json"], ["--json", "--parallel", "2"], []] {
      let outcome = try await Program.analyze(
        ["--protocol", "direct"] + arguments + ["phantom-0.png", "phantom-1.png", "phantom-2.png"], output: output,
        in: folder)
      #expect(outcome.signal == nil)
      #expect(outcome.status == 74)
      #expect(outcome.errorLines.count == 1 && outcome.errors.contains("Standard output cannot be written"))
    }
    let help = try await Program.run(["analyze", "--help"], output: output)
    #expect(help.status == 74 && help.signal == nil)
  }

  @Test(arguments: [SIGINT, SIGTERM])
  func `an interrupted run ends at once and leaves nothing behind`(_ number: Int32) async throws {
    let count = 400
    var files = TestFolders.phantoms(1)
    files["list.txt"] = Array(String(repeating: "phantom-0.png\n", count: count).utf8)
    let folder = try TestFolders.folder(files)
    let stopwatch = Stopwatch()
    let path = try TestFolders.unique()
    try Data().write(to: URL(fileURLWithPath: path))
    let outcome = try await Program.analyze(
      ["--json", "--files-from", "list.txt"], output: .path(path), in: folder,
      act: { process in
        // Once the first object is there, the second image is under way.
        if stopwatch.isFresh, ((try? FileManager.default.attributesOfItem(atPath: path)[.size]) as? Int ?? 0) > 0 {
          stopwatch.start()
          kill(process, number)
        }
      })
    #expect(outcome.signal == nil && !outcome.tookTooLong)
    #expect(outcome.status == 130)
    #expect(outcome.errorLines == ["dermgemma: interrupted"])
    #expect(stopwatch.seconds < 5)
    let written = try String(contentsOfFile: path, encoding: .utf8)
    #expect(written.hasSuffix("\n"), "only whole objects are written")
    #expect(written.split(separator: "\n").count < count / 4)
    #expect(try TestFolders.names(in: folder) == ["list.txt", "phantom-0.png"])
  }

  @Test func `a run interrupted at its very beginning ends with 130 as well`() async throws {
    let folder = try TestFolders.folder(TestFolders.phantoms(1))
    let stopwatch = Stopwatch()
    let outcome = try await Program.analyze(
      ["phantom-0.png"], in: folder,
      act: { process in
        guard stopwatch.isFresh, Program.catches(SIGINT, process) else { return }
        stopwatch.start()
        kill(process, SIGINT)
      })
    #expect(outcome.signal == nil)
    #expect(outcome.status == 130)
    #expect(outcome.output.isEmpty)
  }

  @Test(arguments: [["-"], ["--files-from", "-"]])
  func `Ctrl-C ends a wait for standard input`(_ arguments: [String]) async throws {
    let stopwatch = Stopwatch()
    let outcome = try await Program.analyze(
      arguments, input: .silence, limit: 40,
      act: { process in
        guard stopwatch.isFresh, Program.catches(SIGINT, process) else { return }
        usleep(300_000)
        stopwatch.start()
        kill(process, SIGINT)
      })
    #expect(!outcome.tookTooLong)
    #expect(outcome.status == 130)
    #expect(stopwatch.seconds < 5)
  }

  @Test func `memory does not grow with the number of images`() async throws {
    let folder = try TestFolders.folder(TestFolders.phantoms(4))
    func peak(of count: Int) async throws -> Int {
      let names = (0..<count).map { "phantom-\($0 % 4).png" }
      let outcome = try await Program.analyze(
        ["--protocol", "direct", "--json", "--parallel", "2"] + names, in: folder)
      #expect(outcome.status == 0 && outcome.lines.count == count)
      return outcome.peakMemory
    }
    let (few, many) = (try await peak(of: 20), try await peak(of: 60))
    #expect(few > 10_000)
    #expect(many < few + few / 5 + 8_192, "\(few) KiB for 20 images, \(many) KiB for 60")
  }
}

/// Seconds since something was done once.
final class Stopwatch: @unchecked Sendable {
  // Only ever touched by the one thread that watches a child, and after that thread has ended.
  private var started: Date?

  var isFresh: Bool { started == nil }
  func start() { started = Date() }
  var seconds: Double { started.map { -$0.timeIntervalSinceNow } ?? .infinity }
}

extension Program {
  /// Whether a process has taken a signal into its own hands already.
  static func catches(_ number: Int32, _ process: pid_t) -> Bool {
    guard let status = try? String(contentsOfFile: "/proc/\(process)/status", encoding: .utf8) else { return false }
    let masks = status.split(separator: "\n").filter { $0.hasPrefix("SigIgn:") || $0.hasPrefix("SigCgt:") }
    return masks.contains { line in
      let mask = line.split(whereSeparator: { $0 == "\t" || $0 == " " }).last.flatMap { UInt64($0, radix: 16) } ?? 0
      return mask & (1 << UInt64(number - 1)) != 0
    }
  }
}

extension TestFolders {
  /// A path in a new folder at which nothing is yet.
  static func unique() throws -> String { try folder().path + "/output" }
}

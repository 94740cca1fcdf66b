import Digests
import Foundation
import Synchronization
import Testing

@testable import CommandLineTool

/// The outputs of a command, on pipes and on a pseudoterminal of our own.
@Suite(.timeLimit(.minutes(2))) struct TerminalTests {
  private func pipeEnds() -> (reading: Int32, writing: Int32) {
    var ends: [Int32] = [-1, -1]
    pipe(&ends)
    return (ends[0], ends[1])
  }

  private func processorSeconds() -> Double {
    var used = timespec()
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &used)
    return Double(used.tv_sec) + Double(used.tv_nsec) / 1e9
  }

  @Test func `a full pipe that does not block is waited for, without work`() async throws {
    let (reading, writing) = pipeEnds()
    defer { close(reading) }
    _ = fcntl(writing, F_SETFL, fcntl(writing, F_GETFL) | O_NONBLOCK)
    let text = String(repeating: "x", count: 1 << 20)
    let spent = Mutex(0.0)
    let writer = Thread {
      let before = processorSeconds()
      try? Terminal(output: writing, errors: writing).print(text)
      spent.withLock { $0 = processorSeconds() - before }
      close(writing)
    }
    writer.start()
    // Nobody reads for a while: the writer has to sleep.
    try await Task.sleep(for: .milliseconds(600))
    let bytes = try await BlockingWork.run { try StandardInput.read(from: reading, until: $0) }
    #expect(bytes.count == text.utf8.count + 1)
    try await Task.sleep(for: .milliseconds(100))
    #expect(spent.withLock { $0 } < 0.3, "it waited without the processor")
  }

  @Test func `lines of many tasks and a line of progress do not run into each other`() async throws {
    var (leader, follower): (Int32, Int32) = (-1, -1)
    try #require(openpty(&leader, &follower, nil, nil, nil) == 0)
    let (outer, inner) = (leader, follower)
    defer { close(outer) }
    var settings = termios()
    tcgetattr(inner, &settings)
    cfmakeraw(&settings)
    tcsetattr(inner, TCSANOW, &settings)
    let terminal = Terminal(output: inner, errors: inner)
    try #require(terminal.showsProgress || ProcessInfo.processInfo.environment["TERM"] == "dumb")
    let seen = Mutex<[UInt8]>([])
    let reader = Thread {
      var piece = [UInt8](repeating: 0, count: 1 << 16)
      while case let count = read(outer, &piece, piece.count), count > 0 { seen.withLock { $0 += piece.prefix(count) } }
    }
    reader.start()
    await withTaskGroup(of: Void.self) { group in
      for number in 0..<8 {
        group.addTask {
          for _ in 0..<200 {
            terminal.progress("working \(number)")
            try? terminal.print("line \(number)")
          }
        }
      }
    }
    terminal.clearProgress()
    close(inner)
    while !reader.isFinished { try await Task.sleep(for: .milliseconds(10)) }
    // As a person sees it: what a line of progress leaves behind is cleared before anything else is written.
    let text = String(decoding: seen.withLock { $0 }, as: UTF8.self)
    for line in text.split(separator: "\n") {
      let visible = line.components(separatedBy: "\r\u{1B}[2K").last ?? ""
      #expect(visible.isEmpty || visible.wholeMatch(of: /line [0-7]/) != nil, "\(line.debugDescription)")
    }
    #expect(text.split(separator: "\n").count { $0.hasSuffix("line 3") } == 200)
  }

  @Test func `a signal while input is awaited does not end in a read that hears of no cancellation`() async throws {
    let (reading, writing) = pipeEnds()
    defer {
      close(reading)
      close(writing)
    }
    var action = sigaction()
    action.__sigaction_handler.sa_handler = { _ in }
    sigaction(SIGUSR2, &action, nil)  // without SA_RESTART: it cuts waiting short
    let thread = Mutex<pthread_t?>(nil)
    let reader = Task {
      try await BlockingWork.run { cancellation in
        thread.withLock { $0 = pthread_self() }
        return try StandardInput.read(from: reading, until: cancellation)
      }
    }
    for _ in 0..<20 {
      try await Task.sleep(for: .milliseconds(7))
      if let id = thread.withLock({ $0 }) { pthread_kill(id, SIGUSR2) }
    }
    reader.cancel()
    let result = await reader.result
    #expect(throws: CancellationError.self) { try result.get() }
  }

  @Test func `the setting of how many images at once says what holds without it`() {
    #expect(Setting.all.first { $0.key == "parallel" }?.unset == "as many as free memory allows, at most 8 per engine")
  }
}

import Concurrency
import Testing

@Suite(.timeLimit(.minutes(1))) struct MonitorTests {
  @Test func `every waiting task sees the change that it waits for`() async {
    let monitor = Monitor(0)
    await withTaskGroup(of: Int.self) { group in
      for wanted in 1...20 {
        group.addTask {
          await monitor.wait { $0 >= wanted }
          return wanted
        }
      }
      for _ in 0..<20 {
        await Task.yield()
        monitor.change { $0 += 1 }
      }
      var seen: Set<Int> = []
      for await wanted in group { seen.insert(wanted) }
      #expect(seen.count == 20)
    }
    #expect(monitor.state == 20)
  }

  @Test func `a cancelled task waits no longer, before or while it waits`() async {
    let monitor = Monitor(false)
    let tasks = (0..<10).map { _ in Task { await monitor.wait { $0 } } }
    for task in tasks.prefix(5) { task.cancel() }
    await Task.yield()
    for task in tasks { task.cancel() }
    for task in tasks { await task.value }
    #expect(monitor.read { $0 } == false)
  }
}

import Foundation

/// Runs an actor's jobs on one thread of its own, in order.
///
/// llama.cpp's contexts compute for long and belong to one thread: they must never occupy Swift's shared pool.
final class ThreadExecutor: SerialExecutor, @unchecked Sendable {
  // The condition guards `jobs` and `ended`; nothing else is mutable.
  private let condition = NSCondition()
  private var jobs: [UnownedJob] = []
  private var ended = false

  init(name: String) {
    let thread = Thread { [condition, weak self] in
      while true {
        condition.lock()
        while let self, self.jobs.isEmpty, !self.ended { condition.wait() }
        guard let self, !(self.ended && self.jobs.isEmpty) else {
          condition.unlock()
          return
        }
        let batch = self.jobs
        self.jobs.removeAll(keepingCapacity: true)
        condition.unlock()
        for job in batch { job.runSynchronously(on: self.asUnownedSerialExecutor()) }
      }
    }
    thread.name = name
    thread.stackSize = 8 << 20
    thread.start()
  }

  func enqueue(_ job: consuming ExecutorJob) {
    let job = UnownedJob(job)
    condition.lock()
    jobs.append(job)
    condition.signal()
    condition.unlock()
  }

  func asUnownedSerialExecutor() -> UnownedSerialExecutor { UnownedSerialExecutor(ordinary: self) }

  /// Lets the thread end once its jobs are done. Jobs enqueued later run before it does, if it has not ended yet.
  func end() {
    condition.lock()
    ended = true
    condition.signal()
    condition.unlock()
  }
}

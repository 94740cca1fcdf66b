import CLlama
import Foundation

/// A thread on which llama.cpp computes, for one actor or for two that share the processors.
///
/// Each of the two uses all the threads that were granted. On separate threads, each would have its own team of OpenMP
/// workers, more workers than there are processors; libgomp then makes every team sleep at each barrier instead of
/// spinning. On one thread they share one team, and answers advance while an image is encoded: an image takes MedGemma
/// a minute, so after a large product the encoder lets answers advance by a step (`betweenProducts`) once it has
/// computed for as long as the previous step took, and for at least 20 ms. A small projector's image takes hardly
/// longer than that, so its encoding is never interrupted: that is faster, and its answers are then decoded together
/// with others.
///
/// llama.cpp's contexts compute for long and belong to one thread: they must never occupy Swift's shared pool.
final class ComputeThread: @unchecked Sendable {
  /// Whose jobs these are: jobs of `answers` run between the products of a job of `images`, never the other way round.
  enum Priority: Int, CaseIterable { case answers, images }

  // Unchecked: the condition guards what is mutable, except for the two that the thread alone touches.
  private let condition = NSCondition()
  private var jobs: [[(job: UnownedJob, executor: ComputeThreadExecutor)]] = Priority.allCases.map { _ in [] }
  private var openQueues = 0
  private var isRunning = false
  private let name: String
  // These two are touched on the thread itself only.
  private var answersEnded = ContinuousClock.now
  private var answersTook = Duration.zero
  private static let leastForImage = Duration.milliseconds(20)

  init(name: String) { self.name = name }

  /// An executor for one actor. With the first one the thread starts, with the last one it ends.
  func executor(for priority: Priority) -> ComputeThreadExecutor {
    condition.lock()
    openQueues += 1
    let isFirst = !isRunning
    isRunning = true
    condition.unlock()
    if isFirst {
      let thread = Thread { self.work() }
      thread.name = name
      thread.stackSize = 8 << 20
      thread.start()
    }
    return ComputeThreadExecutor(thread: self, priority: priority)
  }

  fileprivate func add(_ job: UnownedJob, of executor: ComputeThreadExecutor) {
    condition.lock()
    jobs[executor.priority.rawValue].append((job, executor))
    condition.signal()
    condition.unlock()
  }

  fileprivate func closeQueue() {
    condition.lock()
    openQueues -= 1
    condition.signal()
    condition.unlock()
  }

  private func work() {
    while wait() {
      // All waiting answers, then one image, so that neither can starve the other.
      runAnswers()
      run(take(1, from: .images))
    }
  }

  /// Waits for a job. Returns `false` when no actor is left that could submit one.
  private func wait() -> Bool {
    condition.lock()
    defer { condition.unlock() }
    while jobs.allSatisfy(\.isEmpty) {
      guard openQueues > 0 else {
        isRunning = false
        return false
      }
      condition.wait()
    }
    return true
  }

  /// Runs the jobs that are waiting for answers now, but not those that they add.
  private func runAnswers() {
    let start = ContinuousClock.now
    run(take(.max, from: .answers))
    answersEnded = .now
    answersTook = answersEnded - start
  }

  /// Runs them once the image has had its share of time.
  private func runAnswersIfDue() {
    guard ContinuousClock.now - answersEnded >= max(answersTook, Self.leastForImage) else { return }
    // The image may be computed in bfloat16; answers never are.
    if let bfloat16 = ImageArithmetic.bfloat16 { bfloat16.suspended(runAnswers) } else { runAnswers() }
  }

  private func take(_ most: Int, from priority: Priority) -> [(job: UnownedJob, executor: ComputeThreadExecutor)] {
    condition.lock()
    defer { condition.unlock() }
    let taken = Array(jobs[priority.rawValue].prefix(most))
    jobs[priority.rawValue].removeFirst(taken.count)
    return taken
  }

  private func run(_ taken: [(job: UnownedJob, executor: ComputeThreadExecutor)]) {
    for (job, executor) in taken { job.runSynchronously(on: executor.asUnownedSerialExecutor()) }
  }

  /// mtmd asks this before and after every node of the encoder's graph; the pointer is the encoder's `ComputeThread`,
  /// which is held.
  static let betweenProducts: ggml_backend_sched_eval_callback = { node, asks, thread in
    guard let node, let thread else { return true }
    if asks { return node.pointee.op == GGML_OP_MUL_MAT }
    Unmanaged<ComputeThread>.fromOpaque(thread).takeUnretainedValue().runAnswersIfDue()
    return true
  }
}

/// Runs an actor's jobs on a `ComputeThread`, in order, as long as anybody holds it.
final class ComputeThreadExecutor: SerialExecutor {
  private let thread: ComputeThread
  fileprivate let priority: ComputeThread.Priority

  fileprivate init(thread: ComputeThread, priority: ComputeThread.Priority) {
    self.thread = thread
    self.priority = priority
  }

  deinit { thread.closeQueue() }

  func enqueue(_ job: consuming ExecutorJob) { thread.add(UnownedJob(job), of: self) }

  func asUnownedSerialExecutor() -> UnownedSerialExecutor { UnownedSerialExecutor(ordinary: self) }
}

import CLlama
import Foundation
import Synchronization
import Testing

@testable import LlamaEngine

@Suite(.timeLimit(.minutes(5))) struct ComputeThreadTests {
  /// An actor that notes what happens, and on which thread.
  private actor Worker {
    nonisolated let executor: ComputeThreadExecutor
    nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }
    private(set) var threads: Set<pthread_t> = []
    private(set) var steps = 0

    init(on executor: ComputeThreadExecutor) { self.executor = executor }

    func step() {
      steps += 1
      threads.insert(pthread_self())
    }

    /// Goes on until a condition holds, with what `between` does in between; gives up after a while.
    func work(until isEnough: @Sendable () -> Bool, between: @Sendable () -> Void) -> Bool {
      let end = ContinuousClock.now + .seconds(60)
      while !isEnough() {
        guard ContinuousClock.now < end else { return false }
        step()
        between()
      }
      return true
    }
  }

  /// A number that several threads may change. (The thread sanitizer does not see a `Mutex`'s waiting.)
  private final class Counter: Sendable {
    private let number = Atomic(0)
    var value: Int { number.load(ordering: .sequentiallyConsistent) }
    func increment() { number.add(1, ordering: .sequentiallyConsistent) }
  }

  /// What llama.cpp calls after a product.
  private func product(on thread: ComputeThread) {
    var node = ggml_tensor()
    _ = ComputeThread.betweenProducts(&node, false, Unmanaged.passUnretained(thread).toOpaque())
  }

  @Test func `answers move on between the products of an image, on the same thread`() async {
    let thread = ComputeThread(name: "test")
    let images = Worker(on: thread.executor(for: .images))
    let answers = Worker(on: thread.executor(for: .answers))
    let counted = Counter()
    async let image = images.work(until: { counted.value >= 50 }, between: { product(on: thread) })
    for _ in 0..<50 {
      await answers.step()
      counted.increment()
    }
    #expect(await image)
    #expect(await answers.steps == 50)
    #expect(await images.threads.union(answers.threads).count == 1)
  }

  @Test func `no image is begun while another is encoded`() async {
    let thread = ComputeThread(name: "test")
    let first = Worker(on: thread.executor(for: .images))
    let second = Worker(on: thread.executor(for: .images))
    let hasBegun = Counter()
    let products = Counter()
    async let image = first.work(
      until: { products.value >= 200 },
      between: {
        hasBegun.increment()
        product(on: thread)
        products.increment()
      })
    while hasBegun.value == 0 { await Task.yield() }
    await second.step()
    #expect(products.value == 200)
    #expect(await image)
  }

  @Test func `answers without end do not keep an image from its turn`() async {
    let thread = ComputeThread(name: "test")
    let images = Worker(on: thread.executor(for: .images))
    let answers = Worker(on: thread.executor(for: .answers))
    let busy = (0..<4).map { _ in Task { while !Task.isCancelled { await answers.step() } } }
    await images.step()
    for task in busy {
      task.cancel()
      await task.value
    }
    #expect(await images.steps == 1)
  }

  @Test func `the thread ends with the last of its executors`() async throws {
    weak var ended: ComputeThread?
    do {
      let thread = ComputeThread(name: "test")
      ended = thread
      let worker = Worker(on: thread.executor(for: .answers))
      await worker.step()
    }
    let end = ContinuousClock.now + .seconds(60)
    while ended != nil, ContinuousClock.now < end { try await Task.sleep(for: .milliseconds(5)) }
    #expect(ended == nil)
  }

  @Test func `small models get one thread, larger ones every processor`() {
    #expect(ThreadChoice.threads(forWeightsOf: 14 << 20, processors: 8) == 1)
    #expect(ThreadChoice.threads(forWeightsOf: 4 << 30, processors: 8) == 8)
    #expect(ThreadChoice.threads(forWeightsOf: 4 << 30, processors: 0) == 1)
  }
}

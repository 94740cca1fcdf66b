import Dispatch
import Synchronization

/// Work that waits for a disk or computes for long, on its own threads: neither Swift's pool nor the connection threads
/// wait for it.
final class WorkQueue: Sendable {
  /// For tests, to delay it.
  let queue: DispatchQueue
  private let pending = Atomic(0)

  /// - Parameter isConcurrent: whether work items run concurrently or one after the other.
  init(_ name: String, isConcurrent: Bool = false) {
    queue = DispatchQueue(label: "dermgemma-\(name)", qos: .utility, attributes: isConcurrent ? .concurrent : [])
  }

  /// Work items that have not ended.
  var waiting: Int { pending.load(ordering: .relaxed) }

  /// Runs a work item, unless the calling task is cancelled before its turn.
  ///
  /// - Throws: `CancellationError`; what `work` throws.
  func perform<Outcome: Sendable>(_ work: @escaping @Sendable () throws -> Outcome) async throws -> Outcome {
    let isAbandoned = Mutex(false)
    return try await withTaskCancellationHandler {
      try await withCheckedThrowingContinuation { continuation in
        pending.add(1, ordering: .relaxed)
        queue.async {
          let outcome = Result<Outcome, any Error> {
            if isAbandoned.withLock({ $0 }) { throw CancellationError() }
            return try work()
          }
          self.pending.subtract(1, ordering: .relaxed)
          continuation.resume(with: outcome)
        }
      }
    } onCancel: {
      isAbandoned.withLock { $0 = true }
    }
  }
}

import Dispatch
import Synchronization

/// Work that waits for a disk or computes for long, on threads of its own: neither Swift's pool nor the threads that talk to
/// clients wait for it.
final class WorkQueue: Sendable {
  /// For tests, which hold it back.
  let queue: DispatchQueue
  private let pending = Atomic(0)

  /// - Parameter isConcurrent: whether pieces of work are done beside each other, or one after the other.
  init(_ name: String, isConcurrent: Bool = false) {
    queue = DispatchQueue(label: "dermgemma-\(name)", qos: .utility, attributes: isConcurrent ? .concurrent : [])
  }

  /// Pieces of work that have not ended.
  var waiting: Int { pending.load(ordering: .relaxed) }

  /// Does a piece of work, unless the calling task is cancelled before its turn comes.
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

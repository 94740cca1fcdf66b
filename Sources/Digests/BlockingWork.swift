import Foundation
import Synchronization

/// Runs blocking work, such as reading gigabytes from a disk, on its own thread: Swift's shared pool has only one
/// thread per processor, and none of them may block.
public enum BlockingWork {
  /// Tells the work whether the task that waits for it was cancelled.
  public final class Cancellation: Sendable {
    private let isCancelled = Atomic(false)

    fileprivate init() {}

    fileprivate func cancel() { isCancelled.store(true, ordering: .relaxed) }

    /// Long work calls this regularly.
    ///
    /// - Throws: `CancellationError`.
    public func check() throws(CancellationError) {
      if isCancelled.load(ordering: .relaxed) { throw CancellationError() }
    }
  }

  /// Runs work on a new thread, which ends with it.
  ///
  /// - Throws: what the work throws.
  public static func run<Result: Sendable>(
    _ work: @escaping @Sendable (Cancellation) throws -> Result
  ) async throws -> Result {
    let cancellation = Cancellation()
    return try await withTaskCancellationHandler {
      try await withCheckedThrowingContinuation { continuation in
        Thread.detachNewThread { continuation.resume(with: Swift.Result { try work(cancellation) }) }
      }
    } onCancel: {
      cancellation.cancel()
    }
  }
}

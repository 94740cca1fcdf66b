import Foundation
import Synchronization

/// Work that waits for the outside for long, such as reading gigabytes from a disk, on a thread of its own: Swift's shared pool
/// has a thread for each processor, and every one that waits is missing to everybody else.
public enum BlockingWork {
  /// Says whether the task that waits for the work was cancelled.
  public final class Cancellation: Sendable {
    private let isCancelled = Atomic(false)

    fileprivate init() {}

    fileprivate func cancel() { isCancelled.store(true, ordering: .relaxed) }

    /// To be called every now and then by work that takes long.
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

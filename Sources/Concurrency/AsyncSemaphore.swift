/// A counting semaphore for tasks: a limited number of them do something at once, the others wait.
public final class AsyncSemaphore: Sendable {
  private let free: Monitor<Int>

  /// A semaphore.
  ///
  /// - Parameter permits: how many tasks are let through at once; less than 1 counts as 1.
  public init(permits: Int) { free = Monitor(max(permits, 1)) }

  /// Does something when there is a permit for it.
  ///
  /// - Parameter body: what is done.
  /// - Throws: what `body` throws; `CancellationError` when the task is cancelled while it waits.
  public func withPermit<Outcome: Sendable>(_ body: () async throws -> Outcome) async throws -> Outcome {
    while true {
      await free.wait { $0 > 0 }
      try Task.checkCancellation()
      let isIn = free.read { free in
        guard free > 0 else { return false }
        free -= 1
        return true
      }
      if isIn { break }
    }
    defer { free.change { $0 += 1 } }
    return try await body()
  }
}

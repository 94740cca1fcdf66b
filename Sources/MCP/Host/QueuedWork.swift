import Concurrency
import Foundation
import UseCases

/// Work of one call that waits for its turn on the engine.
final class QueuedWork: QueuedJob {
  typealias Output = Void

  let id = UUID().uuidString
  let client = ""
  let perform: @Sendable () async throws -> Void
  private let ended = Monitor<(at: ContinuousClock.Instant, failure: (any Error)?)?>(nil)

  init(_ perform: @escaping @Sendable () async throws -> Void) { self.perform = perform }

  var finished: ContinuousClock.Instant? { ended.state?.at }

  func begin() {}

  func finish(with result: Result<Void, any Error>) -> Bool {
    ended.change { ended in
      guard ended == nil else { return false }
      ended = (.now, result.failure)
      return true
    }
  }

  /// Waits for the end.
  ///
  /// - Throws: what the work threw; `CancellationError`.
  func end() async throws {
    await ended.wait { $0 != nil }
    try Task.checkCancellation()
    if let failure = ended.state?.failure { throw failure }
  }
}

extension Result {
  fileprivate var failure: Failure? { if case .failure(let error) = self { error } else { nil } }
}

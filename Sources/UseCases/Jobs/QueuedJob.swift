/// A job that a ``JobQueue`` works off.
public protocol QueuedJob: AnyObject, Sendable {
  /// What it gives when it is done.
  associatedtype Output: Sendable

  /// Its id; no other job of the queue has it.
  var id: String { get }
  /// Who asked for it.
  var client: String { get }
  /// When it ended; `nil` before.
  var finished: ContinuousClock.Instant? { get }

  /// Notes that it is under way.
  func begin()

  /// Notes how it ended, unless it has ended.
  ///
  /// - Parameter result: its output, or why it failed: `CancellationError` for one that was cancelled,
  ///   ``JobQueueRefusal/ending`` for one that the queue's end stopped.
  /// - Returns: whether this is its end.
  func finish(with result: Result<Output, any Error>) -> Bool
}

/// Why a queue does not take a job, or stops one.
public enum JobQueueRefusal: Error, Equatable {
  /// Too many wait; how many, and after how many seconds it is worth trying again.
  case full(waiting: Int, retryAfter: Int)
  /// It takes no more jobs.
  case ending
}

/// Limits of a queue.
public struct JobQueueLimits: Sendable, Hashable {
  /// Jobs that may wait.
  public var waiting: Int
  /// Jobs of one client that may wait.
  public var waitingOfOneClient: Int
  /// Jobs that are over and can still be looked up; the oldest makes room.
  public var kept: Int
  /// How long a job that is over can be looked up.
  public var keptFor: Duration

  /// Limits.
  public init(waiting: Int, waitingOfOneClient: Int, kept: Int, keptFor: Duration) {
    self.waiting = waiting
    self.waitingOfOneClient = waitingOfOneClient
    self.kept = kept
    self.keptFor = keptFor
  }
}

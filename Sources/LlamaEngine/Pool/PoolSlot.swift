import Foundation
import Synchronization
import VisionLanguage

/// Work of one engine in a pool, which counts as in progress until it is done or abandoned.
///
/// Work with answers is done when the last of them is complete, failed or dropped; other work when its caller has the
/// result and releases the slot.
final class PoolSlot: Sendable {
  private let leave: @Sendable () -> Void
  private let open = Mutex(0)
  private let hasLeft = Atomic(false)

  init(leave: @escaping @Sendable () -> Void) { self.leave = leave }

  deinit { end() }

  /// Counts the work as done, once.
  func end() {
    if !hasLeft.exchange(true, ordering: .relaxed) { leave() }
  }

  /// Sets the number of answers to come.
  func expect(_ answers: Int) { open.withLock { $0 = answers } }

  /// The same answer, which holds the slot until its end. Dropping it, or cancelling its reader, has the same effect
  /// as on the answer itself.
  func watching(_ stream: GenerationStream) -> GenerationStream {
    let answer = WatchedAnswer(stream, slot: self)
    return GenerationStream(unfolding: { try await answer.next() })
  }

  fileprivate func answerEnded() {
    let isLast = open.withLock { open in
      open -= 1
      return open == 0
    }
    if isLast { end() }
  }
}

/// One answer in progress; its reader requests one event after the other.
private final class WatchedAnswer: @unchecked Sendable {
  // Touched only by the single reader of the stream: an `AsyncThrowingStream` has one.
  private var iterator: GenerationStream.Iterator?
  private let slot: PoolSlot
  private let hasEnded = Atomic(false)

  init(_ stream: GenerationStream, slot: PoolSlot) {
    iterator = stream.makeAsyncIterator()
    self.slot = slot
  }

  deinit { end() }

  func next() async throws -> GenerationEvent? {
    do {
      let event = try await iterator?.next()
      if event == nil { end() }
      return event
    } catch {
      end()
      throw error
    }
  }

  private func end() {
    if !hasEnded.exchange(true, ordering: .relaxed) { slot.answerEnded() }
  }
}

/// A context of one of the engines; the pool is notified when it ends.
final class PooledImageContext: ImageContext {
  private let context: any ImageContext
  private let slot: PoolSlot

  init(_ context: any ImageContext, leave: @escaping @Sendable () -> Void) {
    self.context = context
    slot = PoolSlot(leave: leave)
  }

  var cost: EncodingCost { context.cost }

  func respond(to requests: [GenerationRequest]) async throws -> [GenerationStream] {
    try await context.respond(to: requests)
  }

  func score(_ labels: [String], after prompt: Prompt) async throws -> LabelScores {
    try await context.score(labels, after: prompt)
  }

  func respond(to request: GenerationRequest, scoring labels: [String]) async throws -> ScoredAnswer {
    try await context.respond(to: request, scoring: labels)
  }

  func close() async {
    await context.close()
    slot.end()
  }
}

import Foundation
import JSON
import Synchronization
import UseCases

/// A validation or an audit that was asked for: under way, or over.
final class BackgroundRun: QueuedJob {
  /// Of this attempt; a run that is resumed gets another.
  let id = RandomName.make()
  /// The run's own, and its folder's.
  let name: String
  let order: RunOrder
  let client: String
  /// Whether it goes on where an earlier attempt was stopped.
  let isResumed: Bool
  let feed = EventFeed()
  private let base: BasePath

  private struct State {
    var document: RunDocument
    var result: Result<Void, any Error>?
    var ended: ContinuousClock.Instant?
    /// When clients were told last, and how far it was.
    var told = ContinuousClock.now
    var toldShare = 0
  }

  private let held: Mutex<State>

  init(_ document: RunDocument, client: String, isResumed: Bool, base: BasePath) {
    (name, order) = (document.id, document.order)
    (self.client, self.isResumed, self.base) = (client, isResumed, base)
    held = Mutex(State(document: document))
    // What is over when the server starts has no events to come.
    if document.status != .running { feed.complete() }
  }

  var document: RunDocument { held.withLock { $0.document } }
  var finished: ContinuousClock.Instant? { held.withLock { $0.ended } }
  var isOver: Bool { document.status != .running }

  /// What clients are told.
  func answer() throws -> [UInt8] { Array(try OrderedJSON.line(RunAnswer(document: document, base: base)).utf8) }

  /// Changes what is known of it, and tells those who follow.
  func note(_ change: (inout RunDocument) -> Void) {
    held.withLock { state in
      change(&state.document)
      tell(&state)
    }
  }

  /// Notes progress. Those who follow are told at most once a second and a thousand times in all, so that a run of a week has
  /// no more events than one of an hour.
  func advance(_ change: (inout RunDocument.Progress) -> Void) {
    held.withLock { state in
      let stage = state.document.progress.stage
      change(&state.document.progress)
      let share = Int(state.document.progress.share * 1_000)
      guard
        stage != state.document.progress.stage
          || share != state.toldShare && state.told.duration(to: .now) >= .seconds(1)
      else { return }
      state.toldShare = share
      tell(&state)
    }
  }

  func begin() {}

  func finish(with result: Result<Void, any Error>) -> Bool {
    held.withLock { state in
      guard state.result == nil else { return false }
      state.result = result
      state.ended = .now
      return true
    }
  }

  /// Notes its end once the queue has room for another.
  func conclude(_ status: RunDocument.Status, _ failure: RunDocument.Failure?) {
    held.withLock { state in
      state.document.status = status
      state.document.failure = failure
      state.document.finished = Date().formatted(.iso8601)
      if status == .done { state.document.progress.share = 1 }
      tell(&state)
    }
    feed.complete()
  }

  private func tell(_ state: inout State) {
    state.told = .now
    let number = feed.count + 1
    let name = state.document.status == .running ? "progress" : "finished"
    let event = Event(number: number, event: name, run: RunAnswer(document: state.document, base: base))
    let json = (try? OrderedJSON.line(event)) ?? "{}"
    feed.append(Array("id: \(number)\nevent: \(name)\ndata: \(json)\n\n".utf8))
  }

  private struct Event: Encodable {
    let number: Int
    let event: String
    let run: RunAnswer
  }
}

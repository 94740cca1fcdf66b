import Synchronization

/// The events of one job as bytes, each encoded once, for any number of connections that read at their own pace.
final class EventFeed: Sendable {
  enum Next {
    case bytes([UInt8])
    /// The connection is suspended until there is more.
    case suspended
    case over
  }

  private struct State {
    var events: [[UInt8]] = []
    var isComplete = false
    /// Connections that are suspended until there is more.
    var followers: [ObjectIdentifier: ClientConnection] = [:]
    var streams = 0
    /// Called when the last connection leaves before the end.
    var onAbandoned: (@Sendable () -> Void)?
  }

  private let state = Mutex(State())
  /// How many events were turned into bytes.
  var count: Int { state.withLock { $0.events.count } }

  /// Connections that follow.
  var streams: Int { state.withLock { $0.streams } }

  /// Counts connections that begin or end to follow.
  func follow(_ change: Int) {
    let abandoned = state.withLock { state -> (@Sendable () -> Void)? in
      state.streams += change
      return state.streams == 0 && !state.isComplete ? state.onAbandoned : nil
    }
    abandoned?()
  }

  /// Says what happens when nobody follows any more and the feed is not at its end.
  func onAbandoned(_ action: @escaping @Sendable () -> Void) { state.withLock { $0.onAbandoned = action } }

  /// Adds the next event; its number is its place, from 1.
  func append(_ event: [UInt8]) {
    wake { state in
      guard !state.isComplete else { return }
      state.events.append(event)
    }
  }

  /// Ends the feed.
  func complete() { wake { $0.isComplete = true } }

  private func wake(_ change: (inout State) -> Void) {
    let followers = state.withLock { state in
      change(&state)
      defer { state.followers = [:] }
      return state.followers.values
    }
    for follower in followers { follower.resume() }
  }

  /// What comes after an event, for a connection on whose own thread this is called.
  ///
  /// - Parameter connection: is suspended when there is nothing yet; without one the feed is over then.
  func next(after number: Int, for connection: ClientConnection?) -> Next {
    state.withLock { state in
      if number >= 0, number < state.events.count { return .bytes(state.events[number]) }
      guard !state.isComplete, let connection else { return .over }
      state.followers[ObjectIdentifier(connection)] = connection
      // During shutdown no connection is suspended.
      guard connection.suspend() else {
        state.followers.removeValue(forKey: ObjectIdentifier(connection))
        return .over
      }
      return .suspended
    }
  }

  /// Forgets a connection that is over.
  func forget(_ connection: ClientConnection) {
    _ = state.withLock { $0.followers.removeValue(forKey: ObjectIdentifier(connection)) }
  }
}

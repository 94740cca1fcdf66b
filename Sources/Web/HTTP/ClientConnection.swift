import CMicrohttpd
import Foundation
import Synchronization

/// One client's connection: what it is doing and since when, and whether libmicrohttpd has suspended it.
///
/// `suspend` is called only on the connection's own libmicrohttpd thread. `resume` may be called from anywhere and any
/// number of times: only the first after a `suspend` counts. So a resumed connection always checks again whether there
/// is something to do.
final class ClientConnection: Sendable {
  /// What a connection is doing.
  enum Activity: Sendable {
    /// Waiting for a request, or for the rest of its header.
    case idle
    /// Receiving a body.
    case receiving
    /// The server is at work.
    case working
    /// Sending an answer.
    case answering
    /// Sending events as they come.
    case streaming
  }

  struct State {
    var activity = Activity.idle
    var since = ContinuousClock.now
    /// How long the activity may last; `nil` for no limit.
    var allowance: Duration?
    var isSuspended = false
    var isClosed = false
    /// Whether the client has ended its side.
    var isGone = false
    var needsHeartbeat = false
    var onGone: (@Sendable () -> Void)?
  }

  /// libmicrohttpd's; valid until the connection is closed. Unsafe: never written to, and what is called with it from another
  /// thread (suspending, resuming) libmicrohttpd guards itself; `state` says whether it may still be called.
  private nonisolated(unsafe) let pointer: OpaquePointer
  let socket: Int32
  let client: String
  private let mayWait: @Sendable () -> Bool
  private let state = Mutex(State())

  /// - Parameter mayWait: whether connections are still suspended; asked with the lock held, so that once it has said no and
  ///   `resume` was called, the connection is never suspended again.
  init(_ pointer: OpaquePointer, allowance: Duration, mayWait: @escaping @Sendable () -> Bool) {
    self.pointer = pointer
    self.mayWait = mayWait
    socket = dermgemma_http_socket(pointer)
    var text = [CChar](repeating: 0, count: Int(INET6_ADDRSTRLEN))
    dermgemma_http_client(pointer, &text, text.count)
    let address = String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    // An IPv4 client of a socket that takes both is the same client.
    client = address.hasPrefix("::ffff:") ? String(address.dropFirst(7)) : address
    state.withLock { $0.allowance = allowance }
  }

  /// Sets the connection's activity.
  func begin(_ activity: Activity, allowance: Duration?, onGone: (@Sendable () -> Void)? = nil) {
    state.withLock { state in
      state.activity = activity
      state.since = .now
      state.allowance = allowance
      state.onGone = onGone
      state.needsHeartbeat = false
    }
  }

  /// Suspends the connection until `resume`, unless there is a reason not to.
  ///
  /// - Parameter mayProceed: asked with the lock held, so that no `resume` falls in between.
  /// - Returns: whether it was suspended.
  func suspend(unless mayProceed: () -> Bool = { false }) -> Bool {
    state.withLock { state in
      guard !state.isSuspended, mayWait(), !mayProceed() else { return false }
      MHD_suspend_connection(pointer)
      state.isSuspended = true
      return true
    }
  }

  /// Resumes the connection; does nothing when it is not suspended.
  func resume() {
    state.withLock { $0.resume(pointer) }
  }

  /// Whether the client has ended its side.
  var isGone: Bool { state.withLock { $0.isGone } }

  /// Whether a keep-alive is due; reading it resets it.
  func takeHeartbeat() -> Bool {
    state.withLock { state in
      defer { state.needsHeartbeat = false }
      return state.needsHeartbeat
    }
  }

  /// Whether it is suspended and its client was there when last looked at.
  var isAwaited: Bool { state.withLock { $0.isSuspended && !$0.isGone && !$0.isClosed } }

  /// Records that the client has disconnected, if the connection is still suspended, and notifies the handler.
  func markGone() {
    let told = state.withLock { state -> (@Sendable () -> Void)? in
      guard state.isSuspended, !state.isClosed, !state.isGone else { return nil }
      state.isGone = true
      if state.activity == .streaming { state.resume(pointer) }
      return state.onGone
    }
    told?()
  }

  /// Requests a keep-alive when the stream has been silent for too long.
  func requestHeartbeat(after silence: Duration) {
    state.withLock { state in
      guard state.activity == .streaming, state.isSuspended, state.since.duration(to: .now) >= silence else { return }
      state.needsHeartbeat = true
      state.since = .now
      state.resume(pointer)
    }
  }

  /// Closes the connection when its activity has taken too long.
  ///
  /// With the lock held under which `close` records the end, so the descriptor cannot have been reused yet.
  /// - Returns: whether it was cut off.
  func cutOffIfLate() -> Bool {
    state.withLock { state in
      guard !state.isClosed, !state.isSuspended, let allowance = state.allowance,
        state.since.duration(to: .now) > allowance
      else { return false }
      state.allowance = nil
      shutdown(socket, Int32(SHUT_RDWR))
      return true
    }
  }

  /// Notes that libmicrohttpd is about to close the connection.
  func close() { state.withLock { $0.isClosed = true } }
}

extension ClientConnection.State {
  fileprivate mutating func resume(_ pointer: OpaquePointer) {
    guard isSuspended, !isClosed else { return }
    isSuspended = false
    MHD_resume_connection(pointer)
  }
}

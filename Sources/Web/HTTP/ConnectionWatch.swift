import Foundation
import Synchronization

/// Watches all connections: closes slow ones, notices clients that disconnect while suspended (libmicrohttpd does not),
/// and sends keep-alive comments in streams.
final class ConnectionWatch: Sendable {
  /// Seconds between two rounds.
  static let period = 0.1
  /// Linux' POLLRDHUP, which glibc hides from Swift: the other side sends no more.
  private static let otherSideEnded: Int16 = 0x2000

  private struct State {
    var connections: [ObjectIdentifier: ClientConnection] = [:]
    var isStopped = false
  }

  private let state = Mutex(State())
  private let heartbeat: Duration
  private let onCutOff: @Sendable (ClientConnection) -> Void

  init(heartbeat: Duration, onCutOff: @escaping @Sendable (ClientConnection) -> Void) {
    self.heartbeat = heartbeat
    self.onCutOff = onCutOff
  }

  func add(_ connection: ClientConnection) {
    state.withLock { $0.connections[ObjectIdentifier(connection)] = connection }
  }

  func remove(_ connection: ClientConnection) {
    _ = state.withLock { $0.connections.removeValue(forKey: ObjectIdentifier(connection)) }
  }

  /// Connections that are open.
  var count: Int { state.withLock { $0.connections.count } }

  /// Resumes all that are suspended, so that they can be ended.
  func resumeAll() {
    for connection in state.withLock({ Array($0.connections.values) }) { connection.resume() }
  }

  /// Begins the rounds, on a thread of their own.
  func start() {
    let thread = Thread { [self] in
      while !state.withLock({ $0.isStopped }) {
        round()
        Thread.sleep(forTimeInterval: Self.period)
      }
    }
    thread.name = "connection-watch"
    thread.start()
  }

  func stop() { state.withLock { $0.isStopped = true } }

  private func round() {
    let connections = state.withLock { Array($0.connections.values) }
    for connection in connections {
      if connection.cutOffIfLate() { onCutOff(connection) }
      connection.requestHeartbeat(after: heartbeat)
    }

    let awaited = connections.filter(\.isAwaited)
    guard !awaited.isEmpty else { return }
    // A client that has closed its side has left: one that waits for a response keeps it open.
    let ends = Self.otherSideEnded | Int16(POLLHUP | POLLERR)
    var sockets = awaited.map { pollfd(fd: $0.socket, events: Self.otherSideEnded, revents: 0) }
    guard poll(&sockets, nfds_t(sockets.count), 0) > 0 else { return }
    for (connection, socket) in zip(awaited, sockets) where socket.revents & ends != 0 { connection.markGone() }
  }
}

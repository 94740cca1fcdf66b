import CMicrohttpd

/// One connection's place in a feed; fills libmicrohttpd's buffers on the connection's own thread.
final class EventCursor {
  /// A comment, which clients ignore (HTML Standard, 9.2.6).
  private static let heartbeat = Array(": still here\n\n".utf8)
  /// Bytes that are asked for at once.
  static let blockBytes = 16_384

  private let feed: EventFeed
  private let connection: ClientConnection
  private let isEnding: @Sendable () -> Bool
  private let onEnd: @Sendable () -> Void
  private var number: Int
  private var pending: ArraySlice<UInt8>

  init(
    feed: EventFeed, after number: Int, connection: ClientConnection, isEnding: @escaping @Sendable () -> Bool,
    onEnd: @escaping @Sendable () -> Void
  ) {
    self.feed = feed
    self.number = max(number, 0)
    self.connection = connection
    self.isEnding = isEnding
    self.onEnd = onEnd
    // A client that loses the stream reconnects after this many milliseconds.
    pending = Array("retry: 2000\n\n".utf8)[...]
  }

  deinit {
    feed.forget(connection)
    onEnd()
  }

  /// Writes what there is; 0 with the connection suspended when there is nothing yet.
  func fill(_ buffer: UnsafeMutablePointer<CChar>, _ room: Int) -> Int {
    if connection.isGone { return dermgemma_http_end_with_error() }
    if pending.isEmpty, connection.takeHeartbeat() { pending = Self.heartbeat[...] }
    if pending.isEmpty {
      switch feed.next(after: number, for: isEnding() ? nil : connection) {
      case .bytes(let bytes):
        number += 1
        pending = bytes[...]
      case .suspended: return 0
      case .over: return dermgemma_http_end_of_stream()
      }
    }
    let count = min(room, pending.count)
    UnsafeMutableRawBufferPointer(start: buffer, count: count).copyBytes(from: pending.prefix(count))
    pending = pending.dropFirst(count)
    return count
  }
}

import CPQ
import Foundation

/// How a connection to a server comes about, without blocking for longer than allowed.
enum PostgreSQLHandshake {
  /// Connects as the location, the environment and libpq's files say.
  ///
  /// - Throws: `unreachable` with the reason in libpq's words, which hold no password.
  static func connect(_ location: PostgreSQLLocation) throws(RecordFault) -> OpaquePointer {
    let settings = [("fallback_application_name", "dermgemma"), ("dbname", location.text), ("client_encoding", "UTF8")]
    let keywords = settings.map { strdup($0.0) } + [nil]
    let values = settings.map { strdup($0.1) } + [nil]
    defer { for text in keywords + values { free(text) } }
    let started = keywords.map { UnsafePointer($0) }.withUnsafeBufferPointer { keywords in
      values.map { UnsafePointer($0) }.withUnsafeBufferPointer { values in
        PQconnectStartParams(keywords.baseAddress, values.baseAddress, 1)
      }
    }
    guard let handle = started else { throw .unreachable(store: location.name, reason: "no memory") }
    if let fault = finish(handle, location) {
      PQfinish(handle)
      throw fault
    }
    PQsetNoticeProcessor(handle, { _, _ in }, nil)
    _ = PQsetnonblocking(handle, 1)
    return handle
  }

  /// - Returns: why there is no connection; `nil` for one.
  private static func finish(_ handle: OpaquePointer, _ location: PostgreSQLLocation) -> RecordFault? {
    let limit = patience(of: handle)
    let deadline = ContinuousClock.now + limit
    var state = PQstatus(handle) == CONNECTION_BAD ? PGRES_POLLING_FAILED : PGRES_POLLING_WRITING
    while state != PGRES_POLLING_OK {
      guard state != PGRES_POLLING_FAILED else { return .unreachable(store: location.name, reason: reason(handle)) }
      guard ContinuousClock.now < deadline else {
        return .unreachable(store: location.name, reason: "no answer within \(limit.components.seconds) seconds")
      }
      if wait(handle, writes: state == PGRES_POLLING_WRITING, reads: state == PGRES_POLLING_READING) {
        state = PQconnectPoll(handle)
      }
    }
    return nil
  }

  /// How long connecting may take: `connect_timeout`, which libpq leaves to who does not block.
  private static func patience(of handle: OpaquePointer) -> Duration {
    guard let first = PQconninfo(handle) else { return PostgreSQLConnection.Limit.connecting }
    defer { PQconninfoFree(first) }
    var next = first
    while let keyword = next.pointee.keyword {
      if String(cString: keyword) == "connect_timeout", let value = next.pointee.val,
        let seconds = Int(String(cString: value)), seconds > 0
      {
        return .seconds(max(2, seconds))
      }
      next += 1
    }
    return PostgreSQLConnection.Limit.connecting
  }

  /// Waits for a moment until the server can be read from or written to.
  ///
  /// - Returns: whether it can.
  @discardableResult static func wait(_ handle: OpaquePointer, writes: Bool, reads: Bool = true) -> Bool {
    let events = Int16(reads ? POLLIN : 0) | Int16(writes ? POLLOUT : 0)
    var socket = pollfd(fd: PQsocket(handle), events: events, revents: 0)
    return poll(&socket, 1, PostgreSQLConnection.Limit.look) > 0
  }

  /// Why a connection failed, on one line and without the address, which the message around it has.
  static func reason(_ handle: OpaquePointer) -> String {
    let message = PQerrorMessage(handle).map { String(cString: $0) } ?? ""
    var line = message.split(separator: "\n").first.map(String.init) ?? "the connection was closed"
    if let end = line.range(of: " failed: ") { line = String(line[end.upperBound...]) }
    for severity in ["FATAL:", "ERROR:"] where line.hasPrefix(severity) {
      line = line.dropFirst(severity.count).trimmingCharacters(in: .whitespaces)
    }
    return line
  }
}

import CMicrohttpd
import Foundation
import Synchronization

/// GNU libmicrohttpd, with its threads and callbacks. `HTTPDaemon+Exchange` says what happens to a request.
///
/// docs/SERVER.md has the rules of who may run on which thread.
// Unchecked: `daemon` and `callbacks` change in `start` and `stop` only, whose caller is one.
final class HTTPDaemon: @unchecked Sendable {
  let application: any HTTPApplication
  let limits: ServerLimits
  let isSecure: Bool
  let watch: ConnectionWatch
  let compressor: Compressor
  private let ending = Mutex(false)
  private let requests = Mutex<UInt64>(0)
  private let callbacks = UnsafeMutablePointer<dermgemma_http_callbacks>.allocate(capacity: 1)
  private var daemon: OpaquePointer?

  init(application: any HTTPApplication, limits: ServerLimits, isSecure: Bool) {
    self.application = application
    self.limits = limits
    self.isSecure = isSecure
    compressor = Compressor(limits: limits)
    watch = ConnectionWatch(heartbeat: .seconds(limits.heartbeatSeconds)) { connection in
      application.cutOff(client: connection.client)
    }
  }

  deinit { callbacks.deallocate() }

  /// Begins to answer on a socket that listens.
  ///
  /// - Throws: `ServerFault.cannotStart`, for a certificate that does not fit its key above all.
  func start(on listening: ListeningSocket, identity: ServerSettings.Identity?) throws {
    callbacks.initialize(
      to: dermgemma_http_callbacks(
        context: Unmanaged.passUnretained(self).toOpaque(), access: httpAccess, completed: httpCompleted,
        connection: httpConnection, target: httpTarget, log: httpLog))
    func start(_ certificate: UnsafePointer<CChar>?, _ key: UnsafePointer<CChar>?) -> OpaquePointer? {
      var settings = dermgemma_http_settings(
        listening_socket: listening.descriptor, threads: UInt32(limits.threads),
        connections: UInt32(limits.connections), connections_of_one_address: UInt32(limits.connectionsOfOneAddress),
        idle_seconds: UInt32(limits.headerSeconds.rounded(.up)) + 10,
        connection_bytes: limits.headerBytes + limits.targetBytes + 24_576, certificate: certificate, key: key)
      return dermgemma_http_start(&settings, callbacks)
    }
    if let identity {
      daemon = identity.certificate.withCString { certificate in identity.key.withCString { start(certificate, $0) } }
    } else {
      daemon = start(nil, nil)
    }
    guard daemon != nil else {
      throw ServerFault.cannotStart(
        reason: isSecure ? "check that certificate and key are PEM and a pair" : "no reason given")
    }
    watch.start()
  }

  /// Whether the server is about to end.
  var isEnding: Bool { ending.withLock { $0 } }

  /// Takes no more connections; those that are open go on.
  func stopListening() {
    ending.withLock { $0 = true }
    guard let daemon else { return }
    let socket = MHD_quiesce_daemon(daemon)
    if socket >= 0 { close(socket) }
  }

  /// Ends all connections. Streams and waiting requests get `timeout` to be answered.
  func stop(timeout: Duration) async {
    guard let daemon else { return }
    watch.resumeAll()
    let deadline = ContinuousClock.now + timeout
    while underWay.withLock({ $0 }) > 0, ContinuousClock.now < deadline {
      try? await Task.sleep(for: .milliseconds(10))
      watch.resumeAll()
    }
    // No connection may be suspended when libmicrohttpd stops: from here on none is, and those that are get resumed.
    refusing.withLock { $0 = true }
    watch.resumeAll()
    watch.stop()
    self.daemon = nil
    await withCheckedContinuation { continuation in
      // Unsafe: nobody else has it any more, `self.daemon` is empty.
      nonisolated(unsafe) let daemon = daemon
      Thread.detachNewThread {
        MHD_stop_daemon(daemon)
        continuation.resume()
      }
    }
  }

  /// Exchanges that have begun and not ended.
  let underWay = Mutex(0)
  /// Whether nothing is suspended any more.
  let refusing = Mutex(false)

  /// An id that the log and a client's problem share.
  func nextID() -> String { RandomName.make(bytes: 8) }
}

/// The daemon of a callback.
private func daemon(_ context: UnsafeMutableRawPointer?) -> HTTPDaemon? {
  context.map { Unmanaged<HTTPDaemon>.fromOpaque($0).takeUnretainedValue() }
}

private let httpTarget:
  @convention(c) (UnsafeMutableRawPointer?, UnsafePointer<CChar>?, OpaquePointer?) -> UnsafeMutableRawPointer? = {
    context, target, _ in
    guard let daemon = daemon(context) else { return nil }
    daemon.underWay.withLock { $0 += 1 }
    let exchange = HTTPExchange(rawTarget: target.map { String(cString: $0) } ?? "", id: daemon.nextID())
    return Unmanaged.passRetained(exchange).toOpaque()
  }

private let httpConnection:
  @convention(c) (
    UnsafeMutableRawPointer?, OpaquePointer?, UnsafeMutablePointer<UnsafeMutableRawPointer?>?,
    MHD_ConnectionNotificationCode
  ) -> Void = { context, pointer, slot, code in
    guard let daemon = daemon(context), let pointer, let slot else { return }
    if code == MHD_ConnectionNotificationCode(rawValue: 0) {
      let connection = ClientConnection(pointer, allowance: .seconds(daemon.limits.headerSeconds)) {
        [weak daemon] in daemon?.refusing.withLock { !$0 } ?? false
      }
      daemon.watch.add(connection)
      slot.pointee = Unmanaged.passRetained(connection).toOpaque()
    } else if let known = slot.pointee {
      let connection = Unmanaged<ClientConnection>.fromOpaque(known).takeRetainedValue()
      slot.pointee = nil
      connection.close()
      daemon.watch.remove(connection)
    }
  }

private let httpAccess: MHD_AccessHandlerCallback = { context, pointer, _, method, version, data, size, slot in
  guard let daemon = daemon(context), let pointer, let size, let known = slot?.pointee,
    let socketContext = dermgemma_http_socket_context(pointer)
  else { return .NO }
  let exchange = Unmanaged<HTTPExchange>.fromOpaque(known).takeUnretainedValue()
  let connection = Unmanaged<ClientConnection>.fromOpaque(socketContext).takeUnretainedValue()
  if case .header = exchange.stage {
    exchange.head = RequestHead(
      id: exchange.id, method: HTTPMethod(method.map { String(cString: $0) } ?? ""), rawTarget: exchange.rawTarget,
      fields: HTTPFields(of: pointer), client: connection.client, isSecure: daemon.isSecure)
    return daemon.begin(exchange, connection, pointer)
  }
  let bytes = UnsafeRawBufferPointer(start: data, count: data == nil ? 0 : size.pointee)
  size.pointee = 0
  return bytes.isEmpty
    ? daemon.proceed(exchange, connection, pointer) : daemon.take(bytes, exchange, connection, pointer)
}

private let httpCompleted: MHD_RequestCompletedCallback = { context, pointer, slot, code in
  guard let daemon = daemon(context), let known = slot?.pointee else { return }
  slot?.pointee = nil
  let exchange = Unmanaged<HTTPExchange>.fromOpaque(known).takeRetainedValue()
  daemon.underWay.withLock { $0 -= 1 }
  if let pointer, let socketContext = dermgemma_http_socket_context(pointer) {
    let connection = Unmanaged<ClientConnection>.fromOpaque(socketContext).takeUnretainedValue()
    connection.begin(.idle, allowance: .seconds(daemon.limits.headerSeconds))
    daemon.end(exchange, connection, isComplete: code == MHD_RequestTerminationCode(rawValue: 0))
  }
}

private let httpLog: @convention(c) (UnsafeMutableRawPointer?, UnsafePointer<CChar>?) -> Void = { context, message in
  guard let daemon = daemon(context), let message else { return }
  daemon.application.note(String(cString: message).trimmed)
}

extension HTTPFields {
  /// Copies a request's fields.
  fileprivate init(of connection: OpaquePointer) {
    var fields = HTTPFields()
    withUnsafeMutablePointer(to: &fields) { pointer in
      dermgemma_http_each_field(
        connection,
        { context, _, name, value in
          guard let name else { return .YES }
          context?.assumingMemoryBound(to: HTTPFields.self).pointee.add(
            String(cString: name), value.map { String(cString: $0) } ?? "")
          return .YES
        }, pointer)
    }
    self = fields
  }
}

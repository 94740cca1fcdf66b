import Foundation

/// A socket that listens.
struct ListeningSocket {
  /// Connections that the kernel holds until they are taken.
  private static let backlog: Int32 = 1_024

  let descriptor: Int32
  /// The port that it has got.
  let port: Int

  /// Listens on the first address of a host that can be had.
  ///
  /// - Throws: `ServerFault.cannotListen`.
  init(host: String, port: Int) throws(ServerFault) {
    var hints = addrinfo()
    hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
    hints.ai_flags = AI_PASSIVE | AI_NUMERICSERV
    var found: UnsafeMutablePointer<addrinfo>?
    let status = getaddrinfo(host.isEmpty ? nil : host, String(port), &hints, &found)
    guard status == 0, let found else {
      throw .cannotListen(host: host, port: port, reason: String(cString: gai_strerror(status)))
    }
    defer { freeaddrinfo(found) }
    var reason = "no address"
    var candidate: UnsafeMutablePointer<addrinfo>? = found
    while let address = candidate {
      candidate = address.pointee.ai_next
      let descriptor = socket(
        address.pointee.ai_family, address.pointee.ai_socktype | Int32(SOCK_CLOEXEC.rawValue),
        address.pointee.ai_protocol)
      guard descriptor >= 0 else {
        reason = String(cString: strerror(errno))
        continue
      }
      var yes: Int32 = 1
      setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &yes, socklen_t(MemoryLayout<Int32>.size))
      guard bind(descriptor, address.pointee.ai_addr, address.pointee.ai_addrlen) == 0,
        listen(descriptor, Self.backlog) == 0, fcntl(descriptor, F_SETFL, O_NONBLOCK) == 0
      else {
        reason = String(cString: strerror(errno))
        close(descriptor)
        continue
      }
      self.descriptor = descriptor
      self.port = Self.port(of: descriptor) ?? port
      return
    }
    throw .cannotListen(host: host, port: port, reason: reason)
  }

  private static func port(of descriptor: Int32) -> Int? {
    var storage = sockaddr_storage()
    var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
    return withUnsafeMutableBytes(of: &storage) { bytes in
      guard let address = bytes.baseAddress,
        getsockname(descriptor, address.assumingMemoryBound(to: sockaddr.self), &length) == 0
      else { return nil }
      // `sin_port` and `sin6_port` lie at the same place: two bytes after the family, the higher first.
      return Int(bytes[2]) << 8 | Int(bytes[3])
    }
  }
}

import Foundation

/// The address of a server that speaks the OpenAI-compatible interface: `http://127.0.0.1:8080/v1`.
public struct RemoteEndpoint: Sendable, Hashable {
  /// The address without a slash at its end.
  public let base: String
  /// Host and port, as messages and reports name them; never a path, which may hold secrets.
  public let host: String
  /// Whether what is sent there stays on this machine: the host is a loopback address, or `localhost`.
  public let isThisMachine: Bool
  /// The address without `/v1`, where servers describe themselves.
  let root: String

  /// An address.
  ///
  /// User names, queries and fragments are refused, and so is a host of unusual characters: two readers of an address
  /// must never take it for two different hosts.
  ///
  /// - Throws: `RemoteFault.badAddress`.
  public init(_ text: String) throws(RemoteFault) {
    guard let parts = URLComponents(string: text), let scheme = parts.scheme?.lowercased(),
      scheme == "http" || scheme == "https", let named = parts.host, !named.isEmpty
    else { throw .badAddress(reason: "it is not an http or https address, such as http://127.0.0.1:8080/v1") }
    guard parts.user == nil, parts.password == nil, !text.contains("@") else {
      throw .badAddress(reason: "it names a user; give a key with --endpoint-key-file")
    }
    guard parts.query == nil, parts.fragment == nil else {
      throw .badAddress(reason: "it has a query or a fragment; end it with the path, such as /v1")
    }
    let name = named.lowercased().trimmingCharacters(in: ["[", "]"])
    let allowed = CharacterSet(charactersIn: "abcdefghijklmnopqrstuvwxyz0123456789.-_:")
    guard !name.isEmpty, name.unicodeScalars.allSatisfy({ allowed.contains($0) }),
      parts.path.unicodeScalars.allSatisfy({ $0.isASCII && $0.value > 0x20 && $0 != "\\" })
    else { throw .badAddress(reason: "its host or path has characters that are not accepted") }
    let shown = name.contains(":") ? "[\(name)]" : name
    let host = parts.port.map { "\(shown):\($0)" } ?? shown
    var path = parts.path
    while path.hasSuffix("/") { path.removeLast() }
    self.host = host
    base = "\(scheme)://\(host)\(path)"
    root = path.hasSuffix("/v1") ? String(base.dropLast(3)) : base
    isThisMachine = Self.isLoopback(name)
  }

  /// 127.0.0.0/8 and ::1 as they are usually written, and `localhost`. A name that the resolver might send elsewhere is
  /// no loopback address.
  private static func isLoopback(_ name: String) -> Bool {
    if name == "localhost" { return true }
    var four = in_addr()
    if inet_pton(AF_INET, name, &four) == 1 { return UInt32(bigEndian: four.s_addr) >> 24 == 127 }
    var six = in6_addr()
    guard inet_pton(AF_INET6, name, &six) == 1 else { return false }
    return withUnsafeBytes(of: six) { $0.dropLast().allSatisfy { $0 == 0 } && $0.last == 1 }
  }
}

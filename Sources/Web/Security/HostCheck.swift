import Foundation

/// Whether a request was meant for this server, and comes from its own page.
///
/// A foreign page can make its own name resolve to 127.0.0.1 (DNS rebinding); its requests then carry that name in
/// `Host`. IP addresses cannot be rebound, so they are always accepted.
struct HostCheck: Sendable {
  private let names: Set<String>

  /// - Parameter allowed: names besides `localhost`, in any case.
  init(allowed: [String]) {
    names = Set(allowed.map { $0.lowercased() } + ["localhost"])
  }

  /// Judges `Host`, `Origin` and `Sec-Fetch-Site`.
  ///
  /// - Throws: `Problem` 400 without one `Host`, 421 for another server's name, 403 for what comes from another page.
  func check(_ head: RequestHead) throws(Problem) {
    let hosts = head.fields.values("host")
    guard hosts.count == 1, let host = hosts.first, let authority = Authority(host) else {
      throw .badRequest("The header Host must be there once and name this server.")
    }
    guard authority.isAddress || names.contains(authority.name) else {
      throw Problem(
        421, "wrong_host", "Misdirected request",
        "This server does not answer to the name \(authority.name); --allowed-host \(authority.name) allows it.")
    }
    guard !head.method.isSafe else { return }
    if let origin = head.fields["origin"] {
      let from = Authority(origin: origin)
      guard let from, from.matches(authority, isSecure: head.isSecure) else {
        throw Self.foreign(from.map { "from \($0)" } ?? "from an unknown page", to: authority, from?.name)
      }
    } else if let site = head.fields["sec-fetch-site"], site == "cross-site" || site == "same-site" {
      throw Self.foreign("from another site", to: authority, nil)
    }
  }

  /// The most common cause is not an attack but a proxy that does not pass on the original `Host`.
  private static func foreign(_ origin: String, to host: Authority, _ name: String?) -> Problem {
    let option = name.map { " and --allowed-host \($0) given" } ?? ""
    return Problem(
      403, "cross_site", "Forbidden",
      "Only the server's own page may send this: the request comes \(origin) and was sent to \(host). Behind a "
        + "proxy, Host must be handed on as the browser sent it (nginx: proxy_set_header Host $http_host)\(option).")
  }
}

/// A host with its port, as `Host` and `Origin` give it.
struct Authority: Sendable, Hashable, CustomStringConvertible {
  /// Lower case, without the brackets of an IPv6 address.
  let name: String
  /// `nil` for the scheme's own.
  let port: Int?
  /// What an `Origin` gives; `nil` in a `Host`.
  var scheme: String?

  /// Reads `host`, `host:port` or `[address]:port`; `nil` for anything else.
  init?(_ text: some StringProtocol) {
    var rest = Substring(text)
    if rest.hasPrefix("[") {
      guard let end = rest.firstIndex(of: "]") else { return nil }
      name = rest[rest.index(after: rest.startIndex)..<end].lowercased()
      rest = rest[rest.index(after: end)...]
    } else {
      let end = rest.firstIndex(of: ":") ?? rest.endIndex
      // A dot at the end says the same name.
      let host = rest[..<end].lowercased()
      name = host.hasSuffix(".") ? String(host.dropLast()) : host
      rest = rest[end...]
    }
    guard !name.isEmpty, name.unicodeScalars.allSatisfy({ $0.isASCII && !" /\\@?#,".unicodeScalars.contains($0) })
    else {
      return nil
    }
    if rest.isEmpty {
      port = nil
    } else {
      guard rest.hasPrefix(":"), let number = UInt16(rest.dropFirst()) else { return nil }
      port = Int(number)
    }
  }

  /// Reads `scheme://host:port`; `nil` for anything else, `null` included.
  init?(origin: String) {
    let parts = origin.lowercased().split(separator: "/", omittingEmptySubsequences: false)
    guard parts.count == 3, parts[1].isEmpty, parts[0] == "http:" || parts[0] == "https:" else { return nil }
    self.init(parts[2])
    scheme = String(parts[0].dropLast())
  }

  /// As it was given: `derm.example:8080`, `https://derm.example`.
  var description: String {
    (scheme.map { $0 + "://" } ?? "") + (name.contains(":") ? "[\(name)]" : name) + (port.map { ":\($0)" } ?? "")
  }

  /// Whether it is an address in numbers.
  var isAddress: Bool {
    var four = in_addr()
    var six = in6_addr()
    return inet_pton(AF_INET, name, &four) == 1 || inet_pton(AF_INET6, name, &six) == 1
  }

  /// Whether a page from here was loaded from the host that it now calls.
  ///
  /// A proxy may have taken TLS off, so the scheme counts only for the port that it stands for.
  func matches(_ host: Authority, isSecure: Bool) -> Bool {
    guard name == host.name else { return false }
    let own = scheme == "https" ? 443 : 80
    let other = isSecure || scheme == "https" ? 443 : 80
    return (port ?? own) == (host.port ?? other)
  }
}

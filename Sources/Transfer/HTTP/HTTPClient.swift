import Foundation
import Synchronization

/// Fetches over HTTP, by libcurl; proxies are those of the environment (`https_proxy`, `no_proxy`).
public struct HTTPClient: Sendable {
  /// Receives the body of a successful response, in order, on the exchange's thread.
  public typealias Receiver = @Sendable (ClientResponse, UnsafeRawBufferPointer) throws -> Void

  /// Which redirects are followed.
  public enum Following: Sendable {
    /// All, except those from https to http.
    case all
    /// All except one that leads to another scheme, host or port and itself carries the requested information.
    case unless(@Sendable (ClientResponse) -> Bool)
  }

  /// Timeouts and the like.
  public var limits: HTTPLimits
  /// The policy for temporary failures.
  public var retries: RetryPolicy

  /// A client.
  public init(limits: HTTPLimits = HTTPLimits(), retries: RetryPolicy = RetryPolicy()) {
    self.limits = limits
    self.retries = retries
  }

  /// One request with its redirects. The authorization header goes to no other host than the first and those that the request
  /// trusts.
  ///
  /// - Throws: ``TransferFault`` for no answer (an answer of any status is returned), what `receive` threw, or
  /// `CancellationError`.
  public func exchange(
    _ request: ClientRequest, following: Following = .all, receive: @escaping Receiver = { _, _ in }
  ) async throws -> ClientResponse {
    var request = request
    let first = Origin(request.url)
    guard first != nil else { throw TransferFault.badAddress(request.url) }
    for _ in 0...max(0, limits.redirects) {
      try Task.checkCancellation()
      let response = try await CurlExchange(request, limits: limits, receive: receive).run()
      guard response.isRedirect, let location = response.header("location") else { return response }
      guard let next = URL(string: location, relativeTo: URL(string: request.url))?.absoluteString,
        let origin = Origin(next)
      else {
        throw TransferFault.badRedirect(
          url: request.url, reason: "it redirects to \(location.prefix(200).debugDescription), no http address")
      }
      if origin != first {
        if case .unless(let isEnough) = following, isEnough(response) { return response }
        if Origin(request.url)?.scheme == "https", origin.scheme == "http" {
          throw TransferFault.badRedirect(url: request.url, reason: "it redirects from https to http")
        }
        if origin.scheme != "https" || !request.trustedHosts.contains(origin.host) {
          request.headers = request.headers.filter { $0.key.lowercased() != "authorization" }
        }
      }
      request.url = next
    }
    throw TransferFault.badRedirect(url: request.url, reason: "more than \(limits.redirects) redirects")
  }

  /// The whole body of a response; temporary failures are retried.
  ///
  /// - Parameters:
  ///   - request: what is asked; redirects are followed.
  ///   - limit: the most bytes that the body may have.
  /// - Throws: ``TransferFault``, for every status but 2xx too; `CancellationError`.
  public func bytes(of request: ClientRequest, limit: Int) async throws -> [UInt8] {
    try await retries.run { _ in
      let body = Received()
      let response = try await exchange(request) { response, bytes in
        try body.append(bytes, limit: limit, url: response.url)
      }
      try Self.check(response)
      let bytes = body.bytes
      if let expected = response.contentLength, expected != bytes.count {
        throw TransferFault.unreachable(host: Origin(response.url)?.host ?? response.url, reason: "the answer was cut")
      }
      return bytes
    }
  }

  /// Makes sure that a server answered with what was asked for.
  ///
  /// - Throws: `TransferFault.refused`; if the server says how long to wait, an error that ``RetryPolicy`` heeds.
  public static func check(_ response: ClientResponse) throws {
    guard !response.isSuccess else { return }
    let fault = TransferFault.refused(url: response.url, status: response.status)
    if fault.isTransient, let seconds = response.header("retry-after").flatMap({ RetryAfter.seconds($0) }) {
      throw RetryLater(fault: fault, host: Origin(response.url)?.host ?? response.url, seconds: seconds)
    }
    throw fault
  }
}

/// What decides whether two addresses are one server's: scheme, host and port.
public struct Origin: Equatable {
  /// `http` or `https`.
  public var scheme: String
  /// In lower case.
  public var host: String
  /// The scheme's own unless the address states one.
  public var port: Int

  /// The origin of an address; `nil` unless it is one of http or https with a host.
  public init?(_ url: String) {
    guard let parts = URLComponents(string: url), let scheme = parts.scheme?.lowercased(),
      scheme == "http" || scheme == "https", let host = parts.host?.lowercased(), !host.isEmpty
    else { return nil }
    self.scheme = scheme
    self.host = host
    port = parts.port ?? (scheme == "https" ? 443 : 80)
  }
}

/// A body as it comes in.
private final class Received: Sendable {
  private let storage = Mutex<[UInt8]>([])

  var bytes: [UInt8] { storage.withLock { $0 } }

  func append(_ bytes: UnsafeRawBufferPointer, limit: Int, url: String) throws {
    try storage.withLock { storage in
      guard bytes.count <= limit - storage.count else { throw TransferFault.tooLarge(url: url, limit: limit) }
      storage += bytes
    }
  }
}

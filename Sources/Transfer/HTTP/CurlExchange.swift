import CCurl
import Digests
import Foundation
import Synchronization

/// One HTTP request and its response, with libcurl, without following redirects.
///
/// It runs on its own thread from start to finish. Other threads touch only `isCancelled` and the continuation;
/// everything else belongs to that thread, so `@unchecked Sendable` is safe.
final class CurlExchange: @unchecked Sendable {
  private let request: ClientRequest
  private let limits: HTTPLimits
  private let receive: HTTPClient.Receiver
  private let isCancelled = Atomic(false)
  private var response: ClientResponse
  private var failure: (any Error)?

  init(_ request: ClientRequest, limits: HTTPLimits, receive: @escaping HTTPClient.Receiver) {
    self.request = request
    self.limits = limits
    self.receive = receive
    response = ClientResponse(url: request.url, status: 0)
  }

  /// - Throws: `TransferFault`, what the receiver threw, or `CancellationError`.
  func run() async throws -> ClientResponse {
    try await withTaskCancellationHandler {
      try await withCheckedThrowingContinuation { continuation in
        Thread.detachNewThread { continuation.resume(with: Result { try self.perform() }) }
      }
    } onCancel: {
      isCancelled.store(true, ordering: .relaxed)
    }
  }

  private func perform() throws -> ClientResponse {
    Self.prepareLibrary
    guard let handle = curl_easy_init() else {
      throw TransferFault.unreachable(host: host, reason: "libcurl did not start")
    }
    defer { curl_easy_cleanup(handle) }
    var headers: UnsafeMutablePointer<curl_slist>?
    defer { curl_slist_free_all(headers) }
    // Bytes are counted and compared, so they must not be compressed in transit.
    var fields = request.headers
    fields["Accept-Encoding"] = "identity"
    // Otherwise libcurl asks whether it may send a long body, and waits a second for servers that do not know the question.
    if case .post = request.method { fields["Expect"] = "" }
    for (name, value) in fields {
      headers = curl_slist_append(headers, "\(name): \(value)")
    }
    prepare(handle)
    let words = UnsafeMutablePointer<CChar>.allocate(capacity: Int(CURL_ERROR_SIZE))
    words.initialize(repeating: 0, count: Int(CURL_ERROR_SIZE))
    defer { words.deallocate() }
    dermgemma_curl_set_pointer(handle, CURLOPT_ERRORBUFFER, words)
    dermgemma_curl_set_headers(handle, headers)

    let receiver = Unmanaged.passUnretained(self).toOpaque()
    dermgemma_curl_on_header(
      handle,
      { bytes, size, count, receiver in
        guard let bytes, let receiver else { return 0 }
        let line = String(decoding: UnsafeRawBufferPointer(start: bytes, count: size * count), as: UTF8.self)
        Unmanaged<CurlExchange>.fromOpaque(receiver).takeUnretainedValue()
          .response.take(headLine: line.trimmingCharacters(in: .whitespacesAndNewlines))
        return size * count
      }, receiver)
    dermgemma_curl_on_body(
      handle,
      { bytes, size, count, receiver in
        guard let bytes, let receiver else { return 0 }
        let exchange = Unmanaged<CurlExchange>.fromOpaque(receiver).takeUnretainedValue()
        return exchange.take(UnsafeRawBufferPointer(start: bytes, count: size * count)) ? size * count : 0
      }, receiver)
    dermgemma_curl_on_look(
      handle,
      { receiver, _, _, _, _ in
        guard let receiver else { return 1 }
        let exchange = Unmanaged<CurlExchange>.fromOpaque(receiver).takeUnretainedValue()
        return exchange.isCancelled.load(ordering: .relaxed) ? 1 : 0
      }, receiver)

    let code = curl_easy_perform(handle)
    if isCancelled.load(ordering: .relaxed) { throw CancellationError() }
    if let failure { throw failure }
    if code == CURLE_PEER_FAILED_VERIFICATION {
      throw untrusted(String(cString: words), dermgemma_curl_certificate(handle))
    }
    guard code == CURLE_OK else {
      throw fault(of: code, isConnected: dermgemma_curl_connect_seconds(handle) > 0)
    }
    return response
  }

  /// Sets what is asked for, and the limits.
  private func prepare(_ handle: UnsafeMutableRawPointer) {
    set(handle, CURLOPT_URL, request.url)
    set(handle, CURLOPT_USERAGENT, limits.userAgent)
    if let bundle = limits.certificates { set(handle, CURLOPT_CAINFO, bundle) }
    set(handle, CURLOPT_NOSIGNAL, 1)
    set(handle, CURLOPT_NOBODY, request.method == .head ? 1 : 0)
    if request.bypassesProxies { set(handle, CURLOPT_NOPROXY, "*") }
    if let seconds = limits.totalSeconds { set(handle, CURLOPT_TIMEOUT, seconds) }
    if case .post(let body) = request.method {
      body.withUnsafeBytes { dermgemma_curl_set_body(handle, $0.baseAddress, curl_off_t($0.count)) }
    }
    set(handle, CURLOPT_CONNECTTIMEOUT, limits.connectSeconds)
    set(handle, CURLOPT_LOW_SPEED_LIMIT, 1)
    set(handle, CURLOPT_LOW_SPEED_TIME, limits.silentSeconds)
    dermgemma_curl_only_http(handle)
  }

  /// Hands bytes of a successful answer on; the body of another is of no interest unless the request wants it.
  private func take(_ bytes: UnsafeRawBufferPointer) -> Bool {
    guard response.isSuccess || request.wantsRefusals else { return true }
    do {
      try receive(response, bytes)
      return true
    } catch {
      failure = error
      return false
    }
  }

  private var host: String { URL(string: request.url)?.host ?? request.url }

  private func fault(of code: CURLcode, isConnected: Bool) -> TransferFault {
    switch code {
    case CURLE_URL_MALFORMAT, CURLE_UNSUPPORTED_PROTOCOL: .badAddress(request.url)
    case CURLE_OPERATION_TIMEDOUT where response.status != 0 || isConnected:
      .stalled(host: host, seconds: min(limits.silentSeconds, limits.totalSeconds ?? .max))
    case CURLE_SSL_CACERT_BADFILE:
      .untrusted(
        host: host,
        reason: "its certificate cannot be verified; install ca-certificates, or name trusted ones in SSL_CERT_FILE")
    default: .unreachable(host: host, reason: String(cString: curl_easy_strerror(code)))
    }
  }

  /// What is wrong with a certificate, in libcurl's words.
  ///
  /// - Parameter result: `X509_V_ERR_…`; from 18 to 21 nobody who is trusted has signed the certificate.
  private func untrusted(_ words: String, _ result: Int) -> TransferFault {
    var reason = words
    for prefix in ["SSL certificate problem: ", "SSL: "] where reason.hasPrefix(prefix) {
      reason = String(reason.dropFirst(prefix.count))
    }
    let help = (18...21).contains(result) ? "; SSL_CERT_FILE names a file of certificates to trust" : ""
    return .untrusted(host: host, reason: "its certificate is not trusted (\(reason))\(help)")
  }

  private func set(_ handle: UnsafeMutableRawPointer, _ option: CURLoption, _ value: Int) {
    dermgemma_curl_set_number(handle, option, value)
  }

  private func set(_ handle: UnsafeMutableRawPointer, _ option: CURLoption, _ value: String) {
    dermgemma_curl_set_text(handle, option, value)
  }

  private static let prepareLibrary: Void = {
    // libcurl would initialise libcrypto with an exit handler.
    Libcrypto.keepUntilProcessEnds()
    curl_global_init(Int(CURL_GLOBAL_DEFAULT))
  }()
}

/// Compresses large responses, one at a time, off the connection threads.
final class Compressor: Sendable {
  let work = WorkQueue("compression")
  private let fileBytes: Int

  init(limits: ServerLimits) { fileBytes = limits.compressedFileBytes }

  /// Whether an answer takes too long to be compressed where it is sent.
  func isNeeded(for response: HTTPResponse, to head: RequestHead) -> Bool {
    guard response.isCompressible, Negotiation.acceptsGzip(head.fields["accept-encoding"]),
      NegotiatedResponse.unchanged(response, head) == nil
    else { return false }
    return switch response.body {
    case .bytes(let bytes): bytes.count > Gzip.largestAtOnce
    case .content(let content): content.bytes.count > Gzip.largestAtOnce && !content.isCompressed
    case .file(let file): file.size >= UInt64(Gzip.shortest) && file.size <= UInt64(fileBytes)
    case .empty, .events: false
    }
  }

  /// The response with its compressed form; unchanged if it has none, or if no client waits for it any more.
  func compressed(_ response: HTTPResponse, to head: RequestHead) async -> HTTPResponse {
    guard isNeeded(for: response, to: head) else { return response }
    let limit = fileBytes
    let bytes = try? await work.perform { () -> [UInt8]? in
      switch response.body {
      case .bytes(let bytes): Gzip.compressed(bytes, level: Gzip.quickLevel)
      case .content(let content): content.gzip
      case .file(let file): file.bytes(atMost: limit).flatMap { Gzip.compressed($0, level: Gzip.quickLevel) }
      case .empty, .events: nil
      }
    }
    var response = response
    response.compressed = bytes ?? nil
    return response
  }
}

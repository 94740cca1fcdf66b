import CMicrohttpd
import Foundation

/// An answer as one request gets it: after conditions, ranges and compression.
struct NegotiatedResponse {
  enum Body {
    case bytes([UInt8])
    case file(FileContent, Range<UInt64>)
    case events(EventFeed, after: Int)
  }

  var status: Int
  var fields: [(name: String, value: String)]
  var body: Body
  /// Bytes of the body; `nil` for a stream.
  var count: Int?

  init(_ response: HTTPResponse, to head: RequestHead) {
    status = response.status
    fields = response.fields + SecurityHeaders.fields(isSecure: head.isSecure, besides: response.fields)
    fields.append(("X-Request-Id", head.id))
    if response.closes { fields.append(("Connection", "close")) }
    var entityTag = response.tag

    let size: UInt64
    switch response.body {
    case .empty:
      body = .bytes([])
      size = 0
    case .bytes(let bytes):
      body = .bytes(bytes)
      size = UInt64(bytes.count)
    case .content(let content):
      body = .bytes(content.bytes)
      size = UInt64(content.bytes.count)
    case .file(let file):
      body = .file(file, 0..<file.size)
      size = file.size
    case .events(let feed, let number):
      // A HEAD request gets the fields alone, and no place in the feed.
      body = head.method == .head ? .bytes([]) : .events(feed, after: number)
      size = 0
    }

    if response.acceptsRanges { fields.append(("Accept-Ranges", "bytes")) }
    if response.isCompressible { fields.append(("Vary", "Accept-Encoding")) }
    if let known = Self.unchanged(response, head) {
      status = 304
      body = .bytes([])
      fields.removeAll { $0.name == "Content-Type" }
      fields.append(("ETag", known))
      count = 0
      return
    }
    if response.isCompressible { compress(response, head, &entityTag) }
    if let entityTag { fields.append(("ETag", entityTag)) }
    if response.acceptsRanges, status == 200, head.method == .get,
      head.fields["if-range"].map({ $0 == entityTag }) ?? true
    {
      restrict(to: ByteRange(head.fields["range"], size: size), of: size)
    }
    count =
      switch body {
      case .bytes(let bytes): bytes.count
      case .file(_, let range): Int(clamping: range.count)
      case .events: nil
      }
  }

  /// The tag under which the client has the answer already; `nil` when it has not, or does not ask by one.
  static func unchanged(_ response: HTTPResponse, _ head: RequestHead) -> String? {
    guard head.method.isSafe, response.status == 200, let known = head.fields["if-none-match"], let tag = response.tag
    else { return nil }
    let tags = response.isCompressible ? [tag, compressedTag(tag)] : [tag]
    return tags.first { Negotiation.matches(known, $0) }
  }

  /// Other bytes, another tag.
  private static func compressedTag(_ tag: String) -> String { tag.dropLast() + "-gz\"" }

  private mutating func compress(_ response: HTTPResponse, _ head: RequestHead, _ entityTag: inout String?) {
    guard Negotiation.acceptsGzip(head.fields["accept-encoding"]) else { return }
    let size: Int
    var compressed = response.compressed
    switch body {
    case .bytes(let bytes):
      size = bytes.count
      guard size >= Gzip.shortest else { return }
      if case .content(let content) = response.body {
        if size <= Gzip.largestAtOnce || content.isCompressed { compressed = content.gzip }
      } else if compressed == nil, size <= Gzip.largestAtOnce {
        compressed = Gzip.compressed(bytes, level: Gzip.quickLevel)
      }
    case .file(let file, _): size = Int(clamping: file.size)
    case .events: return
    }
    guard let compressed, compressed.count < size else { return }
    body = .bytes(compressed)
    fields.append(("Content-Encoding", "gzip"))
    entityTag = entityTag.map(Self.compressedTag)
  }

  private mutating func restrict(to range: ByteRange, of size: UInt64) {
    switch range {
    case .whole: break
    case .unsatisfiable:
      status = 416
      body = .bytes([])
      fields.removeAll { $0.name == "Content-Type" || $0.name == "ETag" }
      fields.append(("Content-Range", "bytes */\(size)"))
    case .part(let part):
      status = 206
      fields.append(("Content-Range", "bytes \(part.lowerBound)-\(part.upperBound - 1)/\(size)"))
      switch body {
      case .bytes(let bytes): body = .bytes(Array(bytes[Int(part.lowerBound)..<Int(part.upperBound)]))
      case .file(let file, _): body = .file(file, part)
      case .events: break
      }
    }
  }

  /// The answer as libmicrohttpd's; `nil` when there is no memory or descriptor left.
  func queued(for connection: ClientConnection, isEnding: @escaping @Sendable () -> Bool) -> OpaquePointer? {
    let response: OpaquePointer?
    switch body {
    case .bytes(let bytes):
      response = bytes.withUnsafeBytes { dermgemma_http_response($0.baseAddress, $0.count) }
    case .file(let file, let range):
      // libmicrohttpd closes what it is given.
      let descriptor = dup(file.descriptor)
      guard descriptor >= 0 else { return nil }
      response = MHD_create_response_from_fd_at_offset64(UInt64(range.count), descriptor, range.lowerBound)
      if response == nil { close(descriptor) }
    case .events(let feed, let number):
      feed.follow(1)
      let cursor = EventCursor(
        feed: feed, after: number, connection: connection, isEnding: isEnding, onEnd: { feed.follow(-1) })
      response = MHD_create_response_from_callback(
        dermgemma_http_unknown_size(), EventCursor.blockBytes,
        { context, _, buffer, room in
          guard let context, let buffer else { return dermgemma_http_end_with_error() }
          return Unmanaged<EventCursor>.fromOpaque(context).takeUnretainedValue().fill(buffer, room)
        }, Unmanaged.passRetained(cursor).toOpaque(),
        { context in if let context { Unmanaged<EventCursor>.fromOpaque(context).release() } })
    }
    guard let response else { return nil }
    for field in fields { MHD_add_response_header(response, field.name, field.value) }
    return response
  }
}

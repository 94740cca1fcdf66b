import Synchronization

/// Downloads one chunk of a file, resuming within it when the connection breaks.
struct RangeFetch: Sendable {
  let source: RemoteFile
  let file: PartialFile
  let client: HTTPClient

  /// The most bytes that an attempt has to deliver to reset the count of failures; a quarter of the missing bytes is
  /// enough. Otherwise a server that sends a few bytes and then stalls, over and over, could delay us for days.
  private static let mostForAdvance: Int64 = 1 << 20

  /// - Throws: `TransferFault`; `RangesUnsupported` when the server ignores ranges.
  func fetch(chunk index: Int) async throws {
    let range = file.range(ofChunk: index)
    let place = Mutex(range.lowerBound)
    do {
      // The entity tag of the storage server; it may differ from the hub's.
      let holder = Mutex<String?>(nil)
      try await client.retries.run { advanced in
        let start = place.withLock { $0 }
        guard start < range.upperBound else { return }
        let forAdvance = min(Self.mostForAdvance, (range.upperBound - start + 3) / 4)
        var headers: [String: String] = [:]
        headers["Range"] = "bytes=\(start)-\(range.upperBound - 1)"
        if let tag = holder.withLock({ $0 }) { headers["If-Range"] = tag }
        let response = try await client.exchange(source.request(headers)) { response, bytes in
          try check(response, start: start, end: range.upperBound)
          if let tag = response.header("etag"), !tag.hasPrefix("W/") { holder.withLock { $0 = tag } }
          let now = place.withLock { $0 }
          guard Int64(bytes.count) <= range.upperBound - now else {
            throw TransferFault.wrongSize(
              name: source.name, expected: range.upperBound - start, found: now + Int64(bytes.count) - start)
          }
          try file.write(bytes, at: now)
          place.withLock { $0 += Int64(bytes.count) }
          if now + Int64(bytes.count) - start >= forAdvance { advanced() }
        }
        if response.status == 416 {
          throw TransferFault.wrongSize(name: source.name, expected: file.size, found: start)
        }
        try HTTPClient.check(response)
        guard place.withLock({ $0 }) == range.upperBound else {
          throw TransferFault.unreachable(
            host: Origin(response.url)?.host ?? response.url, reason: "the answer ended early")
        }
      }
    } catch {
      file.forget(place.withLock { $0 } - range.lowerBound)
      throw error
    }
    try file.finish(chunk: index)
  }

  private func check(_ response: ClientResponse, start: Int64, end: Int64) throws {
    if response.status == 200 {
      // In the middle of a chunk, this is how If-Range reports that the file has changed.
      if start == file.range(ofChunk: Int(start / file.chunkSize)).lowerBound { throw RangesUnsupported() }
      throw TransferFault.wrongAnswer(
        name: source.name, reason: "the file changed on the server meanwhile; run the command again")
    }
    guard response.status == 206, let sent = response.header("content-range").flatMap({ ContentRange($0) }) else {
      throw TransferFault.wrongAnswer(name: source.name, reason: "the server answered a range with \(response.status)")
    }
    guard sent.first == start, sent.last == end - 1 else {
      throw TransferFault.wrongAnswer(
        name: source.name, reason: "bytes \(sent.first)-\(sent.last) came where \(start)-\(end - 1) were wanted")
    }
    if let total = sent.total, total != file.size {
      throw TransferFault.wrongSize(name: source.name, expected: file.size, found: total)
    }
  }
}

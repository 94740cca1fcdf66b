import Digests
import Foundation
import Synchronization

/// A file on a server, of known size.
public struct RemoteFile: Sendable {
  /// Its name in messages.
  public var name: String
  /// Where it is; may redirect.
  public var url: String
  /// Headers that the first host is sent, such as an authorization.
  public var headers: [String: String]
  /// Hosts that also get the authorization when a redirect leads there by https.
  public var trustedHosts: Set<String>
  /// Its size in bytes.
  public var size: Int64
  /// Its digest; `nil` where the server has none to offer.
  public var digest: SHA256Digest?
  /// What tells this content from another under the same address: an entity tag.
  public var identity: String

  /// A file.
  public init(
    name: String, url: String, headers: [String: String] = [:], trustedHosts: Set<String> = [], size: Int64,
    digest: SHA256Digest?, identity: String
  ) {
    self.name = name
    self.url = url
    self.headers = headers
    self.trustedHosts = trustedHosts
    self.size = size
    self.digest = digest
    self.identity = identity
  }
}

extension RemoteFile {
  /// The request for its bytes.
  func request(_ more: [String: String] = [:]) -> ClientRequest {
    ClientRequest(url, headers: headers.merging(more) { $1 }, trustedHosts: trustedHosts)
  }
}

/// Downloads one large file: several ranges at once, resumed where an earlier run ended, verified, and renamed into
/// place at the end.
public struct FileDownload: Sendable {
  /// The HTTP client.
  public var client: HTTPClient
  /// Ranges fetched at once.
  public var connections = 4
  /// Bytes a chunk, which is fetched as a range.
  public var chunkSize: Int64 = 32 << 20
  /// Called with the progress a few times per second.
  public var progress: @Sendable (TransferProgress) -> Void = { _ in }

  /// A download by a client.
  public init(client: HTTPClient) { self.client = client }

  /// Fetches a file to a path whose folder exists.
  ///
  /// - Returns: the digest of what lies there now.
  /// - Throws: `TransferFault`, also for bytes other than announced; `CancellationError`. What was downloaded so far is
  ///   kept for another run, unless it was wrong.
  public func fetch(_ source: RemoteFile, to path: String) async throws -> SHA256Digest {
    guard source.size > 0 else {
      throw TransferFault.wrongAnswer(name: source.name, reason: "the server says that it is empty")
    }
    let folder = URL(fileURLWithPath: path).deletingLastPathComponent().path
    try DiskSpace.check(max(0, source.size - DiskSpace.occupied(by: PartialFile.partPath(of: path))), at: folder)
    let file = try PartialFile(path: path, size: source.size, chunkSize: chunkSize, identity: source.identity)
    let hasher = PrefixHasher(file)
    defer { hasher.stop() }
    let reporter = Task { await report(file, source.name) }
    defer { reporter.cancel() }
    do {
      try await fetchChunks(of: source, into: file, hasher)
    } catch is RangesUnsupported {
      try await fetchWhole(source, into: file)
    }
    let found = try await hasher.finish()
    if let expected = source.digest, expected != found {
      file.discard()
      throw TransferFault.wrongDigest(
        name: source.name, expected: expected.hexadecimal, found: found.hexadecimal)
    }
    try await BlockingWork.run { _ in try file.complete() }
    return found
  }

  /// All files that an unfinished download to a path may have left.
  public static func leftovers(of path: String) -> [String] { PartialFile.leftovers(of: path) }

  private func fetchChunks(of source: RemoteFile, into file: PartialFile, _ hasher: PrefixHasher) async throws {
    var wanted = (0..<file.chunkCount).filter { !file.isWhole($0) }.makeIterator()
    // The first range is fetched alone: it shows whether the server supports ranges.
    guard let first = wanted.next() else { return }
    try await RangeFetch(source: source, file: file, client: client).fetch(chunk: first)
    try await withThrowingTaskGroup(of: Void.self) { group in
      func startNext() {
        guard let index = wanted.next() else { return }
        group.addTask {
          try await RangeFetch(source: source, file: file, client: client).fetch(chunk: index)
          hasher.advance()
        }
      }
      for _ in 0..<max(1, connections) { startNext() }
      hasher.advance()
      while try await group.next() != nil { startNext() }
    }
  }

  /// From the beginning in one answer, for servers without ranges.
  private func fetchWhole(_ source: RemoteFile, into file: PartialFile) async throws {
    try await client.retries.run { _ in
      let place = Mutex<Int64>(0)
      defer { file.forget(place.withLock { $0 }) }
      let response = try await client.exchange(source.request()) { _, bytes in
        let start = place.withLock { place in
          defer { place += Int64(bytes.count) }
          return place
        }
        guard Int64(bytes.count) <= file.size - start else {
          throw TransferFault.wrongSize(
            name: source.name, expected: file.size, found: start + Int64(bytes.count))
        }
        try file.write(bytes, at: start)
      }
      try HTTPClient.check(response)
      let received = place.withLock { $0 }
      guard received == file.size else {
        throw TransferFault.wrongSize(name: source.name, expected: file.size, found: received)
      }
    }
    for index in 0..<file.chunkCount where !file.isWhole(index) {
      let range = file.range(ofChunk: index)
      file.forget(range.lowerBound - range.upperBound)
      try file.finish(chunk: index)
    }
  }

  private func report(_ file: PartialFile, _ name: String) async {
    var meter = RateMeter()
    let start = ContinuousClock.now
    while !Task.isCancelled {
      let elapsed = start.duration(to: .now)
      meter.add(file.received, at: Double(elapsed.components.seconds) + Double(elapsed.components.attoseconds) / 1e18)
      progress(
        TransferProgress(name: name, received: min(file.received, file.size), total: file.size, rate: meter.rate))
      try? await Task.sleep(for: .milliseconds(250))
    }
  }
}

/// The server sends the whole file whatever range it is asked for.
struct RangesUnsupported: Error {}

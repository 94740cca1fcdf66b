import Foundation
import JSON
import Transfer

/// A client of the ISIC Archive (API v2) that sends at most a given number of requests per second.
public struct ArchiveClient: Sendable {
  /// The archive's public address.
  public static let publicEndpoint = "https://api.isic-archive.com"
  /// The most bytes of an answer about images.
  static let largestAnswer = 16 << 20
  /// The most bytes of a picture; `Imaging` reads no larger ones.
  static let largestPicture = 200_000_000

  /// The archive's address, without a slash at its end.
  public var endpoint: String
  /// The HTTP client that sends the requests.
  public var http: HTTPClient
  private let pacer: RequestPacer

  /// A client.
  ///
  /// - Parameters:
  ///   - endpoint: the archive's address; slashes at its end are dropped.
  ///   - http: the HTTP client that sends the requests.
  ///   - rate: requests per second.
  public init(endpoint: String = publicEndpoint, http: HTTPClient, rate: Double) {
    var endpoint = endpoint
    while endpoint.hasSuffix("/") { endpoint.removeLast() }
    self.endpoint = endpoint
    self.http = http
    pacer = RequestPacer(rate: rate)
  }

  /// The archive's record of an image, and the raw answer.
  func record(of identifier: String) async throws -> (record: ArchiveRecord, json: [UInt8]) {
    let url = "\(endpoint)/api/v2/images/\(identifier)/"
    let json = try await get(url, limit: Self.largestAnswer)
    let record = try decode(ArchiveRecord.self, json, url)
    guard record.identifier == identifier else {
      throw ArchiveFault.unexpectedAnswer(url: url, reason: "it describes \(record.identifier)")
    }
    return (record, json)
  }

  private struct Page: Decodable {
    struct Entry: Decodable {
      var identifier: String
      enum CodingKeys: String, CodingKey { case identifier = "isic_id" }
    }
    var next: String?
    var results: [Entry]
  }

  /// The identifiers of a collection's images.
  ///
  /// - Parameter progress: called with the number of identifiers found so far.
  func identifiers(ofCollection number: Int, limit: Int?, progress: (Int) -> Void) async throws -> [String] {
    var identifiers: [String] = []
    var seen: Set<String> = []
    var next: String? = "\(endpoint)/api/v2/images/search/?collections=\(number)&limit=100"
    while let url = next, identifiers.count < limit ?? .max {
      let page = try decode(Page.self, try await get(url, limit: Self.largestAnswer), url)
      let known = identifiers.count
      for entry in page.results
      where ArchiveRecord.isIdentifier(entry.identifier) && seen.insert(entry.identifier).inserted {
        identifiers.append(entry.identifier)
      }
      // Pages that lead in a circle, however long it is, would never end.
      guard page.next == nil || page.results.isEmpty || identifiers.count > known else {
        throw ArchiveFault.unexpectedAnswer(
          url: url, reason: "it has nothing that earlier pages of the list do not have, and leads to another")
      }
      next = page.results.isEmpty ? nil : page.next
      progress(identifiers.count)
    }
    guard !identifiers.isEmpty else { throw ArchiveFault.emptyCollection(number) }
    return Array(identifiers.prefix(limit ?? .max))
  }

  /// A picture's bytes.
  func picture(of record: ArchiveRecord) async throws -> [UInt8] {
    let bytes = try await get(record.url, limit: Self.largestPicture)
    if let size = record.size, size != bytes.count {
      throw TransferFault.wrongSize(name: record.identifier, expected: size, found: Int64(bytes.count))
    }
    guard bytes.starts(with: [0xFF, 0xD8, 0xFF]) || bytes.starts(with: [0x89, 0x50, 0x4E, 0x47]) else {
      throw ArchiveFault.unexpectedAnswer(url: record.url, reason: "neither a JPEG nor a PNG picture")
    }
    return bytes
  }

  private func get(_ url: String, limit: Int) async throws -> [UInt8] {
    try await pacer.wait()
    return try await http.bytes(of: ClientRequest(url), limit: limit)
  }

  private func decode<Value: Decodable>(_ type: Value.Type, _ json: [UInt8], _ url: String) throws -> Value {
    do {
      return try JSONDecoder().decode(type, from: Data(json))
    } catch {
      throw ArchiveFault.unexpectedAnswer(url: url, reason: StrictKeys.explain(error))
    }
  }
}

/// Spaces requests out in time across all callers.
actor RequestPacer {
  private let interval: Duration
  private var next = ContinuousClock.now

  init(rate: Double) { interval = .seconds(1 / max(rate, 0.01)) }

  /// Returns when it is this caller's turn.
  func wait() async throws {
    let turn = max(next, .now)
    next = turn + interval
    try await Task.sleep(until: turn, clock: .continuous)
  }
}

import Digests
import Faults
import Foundation
import Transfer

/// A client of a hospital's archive by DICOMweb (PS3.18): searching (QIDO-RS), retrieving (WADO-RS), storing (STOW-RS).
///
/// What identifies a patient or a study is in addresses and queries; no message repeats one.
public struct DICOMwebClient: Sendable {
  /// Bytes of a DICOM file at most; `Imaging` reads no larger ones.
  static let largestInstance = 200_000_000
  /// Bytes of a search's answer at most.
  static let largestAnswer = 64 << 20
  /// Results that one search asks for.
  static let page = 100

  /// An instance: a file of a study.
  public struct Instance: Sendable, Hashable {
    let study: String
    let series: String
    let instance: String
    let storageClass: String

    /// A name for its file that tells nothing: the first half of its UID's SHA-256.
    var fileName: String { SHA256Digest(of: Array(instance.utf8)).hexadecimal.prefix(32) + ".dcm" }
  }

  /// The service's root, such as `https://pacs.example/dicom-web`, without a slash at its end.
  public let endpoint: String
  private let http: HTTPClient
  private let authorization: String?

  /// A client.
  ///
  /// - Parameters:
  ///   - endpoint: the service's root; slashes at its end are dropped.
  ///   - http: what sends the requests.
  ///   - authorization: the value of the header of that name, if the service wants one.
  public init(endpoint: String, http: HTTPClient, authorization: String? = nil) {
    var endpoint = endpoint
    while endpoint.hasSuffix("/") { endpoint.removeLast() }
    self.endpoint = endpoint
    self.http = http
    self.authorization = authorization
  }

  /// The studies that match.
  ///
  /// - Parameters:
  ///   - query: keys with their values, as QIDO-RS has them (PS3.18, 8.3.4).
  ///   - limit: how many at most.
  /// - Throws: ``DICOMwebFault``, `CancellationError`.
  func studies(matching query: [(key: String, value: String)], limit: Int) async throws -> [String] {
    let uids = try await search("studies", query, limit: limit) { UIDs($0).study }
    var seen: Set<String> = []
    return uids.filter { seen.insert($0).inserted }
  }

  /// The instances of a study.
  ///
  /// - Throws: ``DICOMwebFault``, `CancellationError`.
  func instances(of study: String, limit: Int) async throws -> [Instance] {
    try await search("studies/\(study)/instances", [], limit: limit) { members in
      let uids = UIDs(members)
      guard let series = uids.series, let instance = uids.instance, let storageClass = uids.storageClass else {
        return nil
      }
      return Instance(study: study, series: series, instance: instance, storageClass: storageClass)
    }
  }

  /// An instance as the archive has it: pixels that fit their own label, which rendered ones and frames need not.
  ///
  /// - Throws: ``DICOMwebFault``, `CancellationError`.
  func file(of instance: Instance) async throws -> [UInt8] {
    let path = "studies/\(instance.study)/series/\(instance.series)/instances/\(instance.instance)"
    // Without the second parameter, a server may decompress.
    let accept = "multipart/related; type=\"application/dicom\"; transfer-syntax=*"
    let answer = try await send(path, .get, ["Accept": accept], limit: Self.largestInstance + 65_536)
    let bytes = try RelatedParts.first(of: answer.body, type: answer.type)
    guard bytes.count >= 132, bytes[128..<132].elementsEqual("DICM".utf8) else {
      throw DICOMwebFault.unexpectedAnswer(endpoint, reason: "an instance that is no DICOM file")
    }
    return bytes
  }

  /// Stores a file; one that is there already counts as stored.
  ///
  /// - Throws: ``DICOMwebFault``, `CancellationError`.
  func store(_ file: [UInt8]) async throws {
    let boundary = "dermgemma-" + SHA256Digest(of: file).hexadecimal.prefix(32)
    var body = Array("--\(boundary)\r\nContent-Type: application/dicom\r\n\r\n".utf8)
    body += file
    body += Array("\r\n--\(boundary)--\r\n".utf8)
    let type = "multipart/related; type=\"application/dicom\"; boundary=\(boundary)"
    let answer = try await send(
      "studies", .post(body), ["Content-Type": type, "Accept": "application/dicom+json"], limit: Self.largestAnswer)
    // Failed SOP Sequence.
    let document = try? JSONSerialization.jsonObject(with: Data(answer.body)) as? [String: Any]
    let failed = (document?["00081198"] as? [String: Any])?["Value"] as? [Any] ?? []
    guard failed.isEmpty else { throw DICOMwebFault.notStored(endpoint) }
  }

  private func search<Found>(
    _ path: String, _ query: [(key: String, value: String)], limit: Int, _ read: ([String: Any]) -> Found?
  ) async throws -> [Found] {
    var found: [Found] = []
    var offset = 0
    while found.count < limit {
      let count = min(Self.page, limit - found.count)
      let parts = (query + [("limit", String(count)), ("offset", String(offset))]).map {
        "\($0.key)=\(Self.encoded($0.value))"
      }
      let answer = try await send(
        path + "?" + parts.joined(separator: "&"), .get, ["Accept": "application/dicom+json"], limit: Self.largestAnswer
      )
      if answer.body.isEmpty { return found }  // 204
      guard let results = try? JSONSerialization.jsonObject(with: Data(answer.body)) as? [[String: Any]] else {
        throw DICOMwebFault.unexpectedAnswer(endpoint, reason: "a search's answer that is no list")
      }
      found += results.prefix(count).compactMap(read)
      offset += results.count
      // A server that ignores the offset would send the same for ever.
      if results.count < count || offset >= 100_000 { return found }
    }
    return found
  }

  private static func encoded(_ value: String) -> String {
    value.addingPercentEncoding(withAllowedCharacters: .alphanumerics.union(CharacterSet(charactersIn: "-._~*\\")))
      ?? ""
  }

  private func send(
    _ path: String, _ method: ClientRequest.Method, _ headers: [String: String], limit: Int
  ) async throws -> (body: [UInt8], type: String) {
    var headers = headers
    if let authorization { headers["Authorization"] = authorization }
    let request = ClientRequest("\(endpoint)/\(path)", method: method, headers: headers)
    let endpoint = endpoint
    do {
      return try await http.retries.run { _ in
        let body = ReceivedBody(limit: limit)
        let response = try await http.exchange(request, following: .none) { _, bytes in try body.append(bytes) }
        try HTTPClient.check(response)
        return (body.bytes, response.header("content-type") ?? "")
      }
    } catch let fault as TransferFault {
      throw DICOMwebFault(fault, endpoint)
    } catch is ReceivedBody.TooLarge {
      throw DICOMwebFault.unexpectedAnswer(endpoint, reason: "more than \(limit) bytes")
    }
  }
}

/// The identifiers in a search's result.
private struct UIDs {
  private let members: [String: Any]

  init(_ members: [String: Any]) { self.members = members }

  var storageClass: String? { uid("00080016") }
  var instance: String? { uid("00080018") }
  var study: String? { uid("0020000D") }
  var series: String? { uid("0020000E") }

  /// Digits and dots alone, so that it can be part of an address.
  private func uid(_ tag: String) -> String? {
    let value = ((members[tag] as? [String: Any])?["Value"] as? [Any])?.first as? String
    return value.flatMap { DICOMwebFault.isUID($0) ? $0 : nil }
  }
}

import Archive
import Faults
import Foundation
import Transfer

/// The options of `datasets` about a hospital's archive.
enum DICOMwebOption {
  static let endpoint = Option<String>(
    path: "--dicomweb", "URL", help: "A hospital's archive, by DICOMweb: the service's root.", completion: .any)
  static let study = Option<String>(
    "--study", "UID", help: "With --dicomweb: a study, by its Study Instance UID; may be repeated.", repeats: true,
    takesSetting: false
  ) { text throws(InvalidValue) in
    guard DICOMwebFault.isUID(text) else { throw .reason("not a UID") }
    return text
  }
  static let query = Option<String>(
    text: "--query", "KEY=VALUE",
    help: "With --dicomweb: the studies that match, such as StudyDate=20260101-20260131; several with &.",
    takesSetting: false)
  static let push = Option<String>(
    path: "--push", "PATH", help: "With --dicomweb: stores a DICOM file, or those in a folder, such as reports.")
  static let tokenFile = Option<String>(
    path: "--dicomweb-token-file", "FILE",
    help: "The service's token: this file's first line; 'Basic …' is sent as it stands, all else as a bearer's.")

  /// All of them.
  static let all: [any CommandOption] = [endpoint, study, query, push, tokenFile]
}

/// What `datasets` does with a hospital's archive.
struct DICOMwebCommand {
  private let transfer: DICOMwebTransfer
  private let choice: DICOMwebTransfer.Choice?
  private let push: String?
  private let folder: String
  private let limit: Int

  /// - Returns: `nil` without `--dicomweb`.
  /// - Throws: `UsageFault`; `DICOMwebTokenFault`.
  init?(_ arguments: ParsedArguments, _ http: HTTPClient) throws {
    func wrong(_ message: String) -> UsageFault { UsageFault(message: message, command: "datasets") }
    let studies = try arguments.all(DICOMwebOption.study)
    let query = try arguments[DICOMwebOption.query]
    push = try arguments[DICOMwebOption.push]
    guard let endpoint = try arguments[DICOMwebOption.endpoint] else {
      if !studies.isEmpty || query != nil || push != nil {
        throw wrong("--study, --query and --push need --dicomweb URL")
      }
      return nil
    }
    // Messages name the service, and would repeat a password.
    guard URLComponents(string: endpoint)?.user == nil else {
      throw wrong("--dicomweb: a name or password goes into the file of --dicomweb-token-file, not into the address")
    }
    folder = try arguments[DatasetsOption.out] ?? "data"
    limit = try arguments[DatasetsOption.limit] ?? 1_000
    let token = try arguments[DICOMwebOption.tokenFile].map(Self.authorization)
    transfer = DICOMwebTransfer(client: DICOMwebClient(endpoint: endpoint, http: http, authorization: token))
    switch (studies.isEmpty, query, push, arguments.positional) {
    case (true, nil, .some, []): choice = nil
    case (false, nil, nil, ["pull"]): choice = .studies(studies)
    case (true, let query?, nil, ["pull"]): choice = .query(try Self.keys(query))
    default: throw wrong("Say pull with --study UID or --query KEY=VALUE, or --push PATH alone")
    }
  }

  /// - Returns: the exit status.
  func run(_ terminal: Terminal) async throws -> Int32 {
    var transfer = transfer
    transfer.progress = { done, count in terminal.progress("[\(done)/\(count)]") }
    if let push {
      let outcome = try await transfer.push(push)
      try terminal.print("\(outcome.files) file\(outcome.files == 1 ? "" : "s") stored")
      return 0
    }
    guard let choice else { return 0 }
    let outcome = try await transfer.pull(choice, to: folder, limit: limit)
    let others = outcome.others == 0 ? "" : "; \(outcome.others) instances are no photographs"
    try terminal.print("\(folder): \(outcome.files) images, \(outcome.fetched) of them fetched now\(others)")
    return 0
  }

  /// Keys and values; the names of attributes, or eight hexadecimal digits.
  private static func keys(_ query: String) throws -> [(key: String, value: String)] {
    try query.split(separator: "&").map { part in
      let sides = part.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
      guard sides.count == 2, !sides[1].isEmpty, (1...64).contains(sides[0].count),
        sides[0].utf8.allSatisfy({ $0 < 0x80 && (Character(UnicodeScalar($0)).isLetter || (0x30...0x39).contains($0)) }
        ),
        !["limit", "offset"].contains(sides[0])
      else {
        throw UsageFault(message: "--query has a part that is no KEY=VALUE", command: "datasets")
      }
      return (sides[0], sides[1])
    }
  }

  private static func authorization(fileAt path: String) throws -> String {
    guard let data = FileManager.default.contents(atPath: path) else {
      throw DICOMwebTokenFault(path: path, reason: "the token cannot be read")
    }
    let line = String(decoding: data.prefix(8_192), as: UTF8.self).split(whereSeparator: \.isNewline).first ?? ""
    let token = line.trimmingCharacters(in: .whitespaces)
    guard !token.isEmpty, token.utf8.allSatisfy({ $0 >= 0x20 && $0 < 0x7F }) else {
      throw DICOMwebTokenFault(path: path, reason: "its first line is no token")
    }
    return token.hasPrefix("Basic ") || token.hasPrefix("Bearer ") ? token : "Bearer " + token
  }
}

/// A token of a hospital's archive that cannot be used.
struct DICOMwebTokenFault: Fault, Equatable {
  var path: String
  var reason: String
  var kind: FaultKind { .missingInput }
  var description: String { "--dicomweb-token-file \(path): \(reason)" }
}

import Digests
import JSON

/// A model that can be fetched by its name: two files of one repository.
public struct ModelEntry: Sendable, Hashable {
  /// One of the two files.
  public struct File: Sendable, Hashable {
    /// The path in the repository.
    public var file: String
    /// Its size in bytes, shown before the hub is asked; the hub's own figure is authoritative.
    public var bytes: Int64?
    /// The digest that it must have; `nil` to trust the hub's.
    public var sha256: SHA256Digest?
  }

  /// The name for `--model` and `models pull`.
  public var name: String
  /// One line.
  public var title: String
  /// `ORG/NAME` on the hub.
  public var repository: String
  /// A branch, a tag or a commit; `main` unless the entry says otherwise.
  public var revision: String
  /// The text model.
  public var weights: File
  /// The projector.
  public var projector: File
  /// The page whose terms apply.
  public var terms: String?

  /// The two files on the hub.
  public var files: [HubFile] {
    [weights, projector].map {
      HubFile(repository: repository, revision: revision, file: $0.file, pinned: $0.sha256)
    }
  }
}

extension ModelEntry: Decodable {
  private enum Key: String, CodingKey, CaseIterable {
    case name, title, repository, revision, weights, projector, terms
  }

  public init(from decoder: any Decoder) throws {
    try StrictKeys.check(decoder, against: Key.allCases.map(\.rawValue))
    let values = try decoder.container(keyedBy: Key.self)
    name = try values.decode(String.self, forKey: .name)
    title = try values.decodeIfPresent(String.self, forKey: .title) ?? name
    repository = try values.decode(String.self, forKey: .repository)
    revision = try values.decodeIfPresent(String.self, forKey: .revision) ?? "main"
    weights = try values.decode(File.self, forKey: .weights)
    projector = try values.decode(File.self, forKey: .projector)
    terms = try values.decodeIfPresent(String.self, forKey: .terms)

    func refuse(_ key: Key, _ reason: String) -> DecodingError {
      DecodingError.dataCorruptedError(forKey: key, in: values, debugDescription: reason)
    }
    // These become parts of paths and addresses.
    guard Self.isName(name) else { throw refuse(.name, "a name has letters, digits, '.', '-' and '_' only") }
    let parts = repository.split(separator: "/", omittingEmptySubsequences: false)
    guard parts.count == 2, parts.allSatisfy({ Self.isName(String($0)) && !$0.contains("--") }) else {
      throw refuse(.repository, "a repository is ORG/NAME")
    }
    guard revision.split(separator: "/", omittingEmptySubsequences: false).allSatisfy({ Self.isName(String($0)) })
    else { throw refuse(.revision, "a revision is a branch, a tag or a commit") }
  }

  static func isName(_ text: String) -> Bool {
    !text.isEmpty && text != "." && text != ".."
      && text.utf8.allSatisfy {
        switch $0 {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
          UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "-"), UInt8(ascii: "_"):
          true
        default: false
        }
      }
  }
}

extension ModelEntry.File: Decodable {
  private enum Key: String, CodingKey, CaseIterable { case file, bytes, sha256 }

  public init(from decoder: any Decoder) throws {
    try StrictKeys.check(decoder, against: Key.allCases.map(\.rawValue))
    let values = try decoder.container(keyedBy: Key.self)
    file = try values.decode(String.self, forKey: .file)
    bytes = try values.decodeIfPresent(Int64.self, forKey: .bytes)
    guard file.split(separator: "/", omittingEmptySubsequences: false).allSatisfy({ ModelEntry.isName(String($0)) })
    else { throw DecodingError.dataCorruptedError(forKey: .file, in: values, debugDescription: "no path of a file") }
    if let text = try values.decodeIfPresent(String.self, forKey: .sha256) {
      guard let digest = SHA256Digest(hexadecimal: text) else {
        throw DecodingError.dataCorruptedError(
          forKey: .sha256, in: values, debugDescription: "a SHA-256 has 64 hexadecimal digits")
      }
      sha256 = digest
    }
  }
}

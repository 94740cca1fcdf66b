import Digests
import Foundation

/// One file of a repository.
public struct HubFile: Sendable, Hashable {
  /// `ORG/NAME`.
  public var repository: String
  /// A branch, a tag or a commit.
  public var revision: String
  /// The path in the repository.
  public var file: String
  /// The digest that it must have; `nil` to trust the hub's.
  public var pinned: SHA256Digest?

  /// A file.
  public init(repository: String, revision: String = "main", file: String, pinned: SHA256Digest? = nil) {
    self.repository = repository
    self.revision = revision
    self.file = file
    self.pinned = pinned
  }

  /// Our partial files are filled in any order, those of other tools from the beginning, so the names must differ.
  static let partialSuffix = ".dermgemma"

  /// What the hub says of a file before it is fetched.
  struct Metadata: Sendable, Hashable {
    var commit: String
    var tag: String
    var size: Int64
    var digest: SHA256Digest?
  }
}

import Dermoscopy
import Digests

/// Which lesion each picture of a run shows, where a column of a file says it: with `shard.jsonl`, `merge` needs neither that
/// file nor the pictures.
public struct LesionNames: Sendable, Hashable {
  /// What the pictures are grouped by, as `--group-by` says it.
  public let grouping: String
  /// The column's values by the pictures' positions; empty where the records or the pictures' names say the lesion.
  public let names: [Int: String]

  /// The lesions of a whole run's pictures.
  ///
  /// - Parameters:
  ///   - grouping: what the pictures are grouped by.
  ///   - names: the column's values by the pictures' positions.
  public init(grouping: String, names: [Int: String] = [:]) {
    (self.grouping, self.names) = (grouping, names)
  }

  /// SHA-256 of positions and names, hexadecimal.
  var digest: String {
    var hasher = SHA256Hasher()
    for (position, name) in names.sorted(by: { $0.key < $1.key }) {
      Array(Spreadsheet.line([String(position), name]).utf8).withUnsafeBufferPointer { hasher.update($0) }
    }
    return hasher.finish().hexadecimal
  }

  /// What a shard's list says of them.
  struct Head: Sendable, Hashable, Codable {
    /// What the pictures are grouped by.
    var grouping: String
    /// ``LesionNames/digest`` of the whole run.
    var digest: String

    init(_ lesions: LesionNames) { (grouping, digest) = (lesions.grouping, lesions.digest) }

    enum CodingKeys: String, CodingKey {
      case grouping = "grouped_by"
      case digest = "sha256"
    }
  }
}

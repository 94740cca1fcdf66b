import Foundation

/// The results of a validation or an audit that lie in a data folder: in the folder itself, or in one of those in it.
public struct StoredResults: Sendable, Hashable {
  /// The name of what lies in the data folder itself.
  public static let own = "latest"

  /// Its name: that of its folder, or ``own``.
  public let name: String
  /// Its folder.
  public let folder: String
  /// When the file that makes it out was written.
  public let modified: Date

  /// Whether a file of it is there and can be read.
  public func has(_ file: String) -> Bool { FileManager.default.isReadableFile(atPath: folder + "/" + file) }

  /// Those of a data folder, the latest first.
  ///
  /// - Parameters:
  ///   - data: the data folder.
  ///   - file: the file that makes them out; it is written last.
  ///   - others: names of folders in it that are something else.
  public static func all(in data: String, holding file: String, except others: Set<String>) -> [StoredResults] {
    let files = FileManager.default
    let names = (try? files.contentsOfDirectory(atPath: data)) ?? []
    let folders =
      [(own, data)]
      + names.filter { !$0.hasPrefix(".") && $0 != own && !others.contains($0) }.map { ($0, data + "/" + $0) }
    return folders.compactMap { name, folder in
      guard let modified = try? files.attributesOfItem(atPath: folder + "/" + file)[.modificationDate] as? Date
      else { return nil }
      return StoredResults(name: name, folder: folder, modified: modified)
    }.sorted { $0.modified > $1.modified }
  }
}

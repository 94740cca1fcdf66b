import Foundation

/// A finished validation that lies in a data folder: in the folder itself, or in one of those in it.
public struct StoredValidation: Sendable, Hashable {
  /// The name of the data folder's own validation.
  public static let own = "latest"
  /// The run in numbers, in a validation's folder.
  public static let summary = "summary.json"
  /// The page, in a validation's folder.
  public static let report = "report.html"

  /// Its name: that of its folder, or ``own``.
  public let name: String
  /// Its folder.
  public let folder: String
  /// When its summary was written.
  public let modified: Date

  /// Whether it has a page that can be read.
  public var hasReport: Bool { FileManager.default.isReadableFile(atPath: folder + "/" + Self.report) }

  /// Those of a data folder, the latest first.
  ///
  /// - Parameters:
  ///   - data: the data folder.
  ///   - others: names of folders in it that are something else.
  public static func all(in data: String, except others: Set<String>) -> [StoredValidation] {
    let files = FileManager.default
    let names = (try? files.contentsOfDirectory(atPath: data)) ?? []
    let folders =
      [(own, data)]
      + names.filter { !$0.hasPrefix(".") && $0 != own && !others.contains($0) }.map { ($0, data + "/" + $0) }
    return folders.compactMap { name, folder in
      guard let modified = try? files.attributesOfItem(atPath: folder + "/" + summary)[.modificationDate] as? Date
      else { return nil }
      return StoredValidation(name: name, folder: folder, modified: modified)
    }.sorted { $0.modified > $1.modified }
  }
}

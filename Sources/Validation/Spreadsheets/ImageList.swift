import AtomicFiles
import Datasets
import Foundation
import Tables

/// The list of a run's images, `images.csv`, with their digests, labels and metadata: a resumed run is compared with
/// it.
public enum ImageList {
  /// The file's name.
  public static let fileName = "images.csv"

  /// Writes the list.
  ///
  /// - Throws: `UnwritableFile`.
  public static func write(_ manifest: Manifest, to folder: RunFolder) throws(UnwritableFile) {
    let sheet = try Spreadsheet(
      path: folder.file(fileName),
      header: ["filename", "sha256", "code", "lesion_id", "site", "sex", "age", "patient_id", "skin_type"])
    for entry in manifest.entries {
      let metadata = entry.metadata
      try sheet.add([
        entry.name, entry.digest, entry.truth?.code ?? "", metadata.lesion ?? "", metadata.site ?? "",
        metadata.sex ?? "", metadata.age.map(String.init) ?? "", metadata.patient ?? "", metadata.skinType ?? "",
      ])
    }
    try sheet.finish()
  }

  /// How a manifest differs from a list that was written before, in words; empty when the list is gone or the same.
  public static func differences(of manifest: Manifest, from folder: RunFolder) -> [String] {
    guard let data = FileManager.default.contents(atPath: folder.file(fileName)),
      let table = try? CommaSeparatedValues(Array(data), name: fileName)
    else { return [] }
    var old: [String: String] = [:]
    for row in table.rows.dropFirst() where row.fields.count > 1 {
      old[CSVRow.original(row.fields[0])] = row.fields[1]
    }
    var (added, changed): ([String], [String]) = ([], [])
    for entry in manifest.entries {
      guard let digest = old.removeValue(forKey: entry.name) else {
        added.append(entry.name)
        continue
      }
      if digest != entry.digest { changed.append(entry.name) }
    }
    func listed(_ names: [String], _ what: String) -> String? {
      guard let first = names.first else { return nil }
      return names.count == 1 ? "\(first) \(what)" : "\(first) and \(names.count - 1) more \(what)"
    }
    return [listed(changed, "changed"), listed(old.keys.sorted(), "no longer there"), listed(added, "new")]
      .compactMap { $0 }
  }
}

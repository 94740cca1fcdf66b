import Datasets
import Validation

extension ValidationRequest {
  /// Which lesion each image of the whole run shows; `nil` if they are not grouped.
  ///
  /// - Throws: `LabelFault` for a column that is not there.
  func lesions(of whole: Manifest) throws(LabelFault) -> LesionNames? {
    guard let grouping else { return nil }
    guard case .column(let name) = grouping else { return LesionNames(grouping: grouping.name) }
    let column = try column(named: name)
    let named = whole.entries.compactMap { sample in
      column.value(ofImageNamed: sample.name).map { (sample.position, $0) }
    }
    return LesionNames(grouping: name, names: Dictionary(named, uniquingKeysWith: { first, _ in first }))
  }

  private func column(named name: String) throws(LabelFault) -> ColumnValues {
    var fault = LabelFault(
      file: "--group-by \(name)", line: nil, reason: "needs --labels or --metadata, which has the column")
    for file in [metadata, labels].compactMap({ $0 }) {
      do throws(LabelFault) {
        return try ColumnValues(column: name, ofFileAt: file, choice: columns)
      } catch {
        fault = error
      }
    }
    throw fault
  }
}

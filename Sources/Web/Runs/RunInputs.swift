import Datasets
import Faults

/// The images and labels of a run, looked at before it starts.
struct RunInputs: Sendable {
  let images: String
  let labels: String?
  let columns: ColumnChoice
  /// Images that there are.
  let count: Int

  /// Looks whether they are there and belong together.
  ///
  /// - Throws: `Problem` 404, 422, which says what is missing or wrong.
  init(_ order: RunOrder, _ settings: ServerSettings, _ folders: ImageFolderStore) throws(Problem) {
    if let name = order.folder {
      guard let folder = folders.folder(name) else { throw ImageFolderStore.gone }
      guard folder.images > 0 else { throw .unprocessable("no_images", "No image was uploaded into the folder yet.") }
      images = folders.images(of: name)
      labels = folder.labels == nil ? nil : folders.labels(of: name)
      columns = ColumnChoice()
    } else {
      guard let served = settings.images else {
        throw .unprocessable("no_images", "The server was started without --images; upload a folder.")
      }
      (images, labels, columns) = (served, settings.labels, settings.columns)
    }
    if order.kind == .validation, labels == nil {
      throw .unprocessable(
        "no_labels",
        order.folder == nil
          ? "The server was started without --labels; a validation needs the images' labels."
          : "A validation needs a label file; upload one into the folder.")
    }
    let paths: [String]
    do throws(ImageFiles.Missing) {
      paths = try ImageFiles.at(images)
    } catch {
      throw .unprocessable("no_images", "The images cannot be used: \(error.reason).")
    }
    count = paths.count
    guard let labels else { return }
    let match: LabelMatch
    do throws(LabelFault) {
      match = LabelMatch(try Labels(path: labels, choice: columns), images: paths, override: "")
    } catch {
      throw .unprocessable("unusable_labels", settings.plain(error.description) + ".")
    }
    if let fault = match.fault {
      throw .unprocessable("unmatched_labels", settings.plain(fault.description) + ".")
    }
  }
}

extension ServerSettings {
  /// A message without the server's folders.
  func plain(_ message: String) -> String {
    var text = message
    for folder in [images, data, labels.map { String($0[..<($0.lastIndex(of: "/") ?? $0.startIndex)]) }] {
      guard var folder, !folder.isEmpty else { continue }
      if !folder.hasSuffix("/") { folder += "/" }
      text = text.split(separator: folder, omittingEmptySubsequences: false).joined()
    }
    return text
  }
}

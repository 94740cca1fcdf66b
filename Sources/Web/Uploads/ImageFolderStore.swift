import AtomicFiles
import Datasets
import Foundation
import Synchronization

/// Uploaded folders of images with a label file, for validations and audits: re-encoded without metadata, under the names that
/// the label file has for them, for a limited time.
final class ImageFolderStore: Sendable {
  /// Its place in the data folder.
  static let place = "folders"
  private static let pictures = "images"
  private static let labelFile = "labels.csv"
  static let gone = Problem.notFound("There is no such folder, or it has expired.")

  struct Folder: Sendable {
    let name: String
    /// When something came into it last.
    var touched: Date
    /// Images' names without extension, each with the name that it was sent under; `nil` where that is not known any more.
    var names: [String: String?] = [:]
    /// Bytes of each image, by the same names.
    var sizes: [String: Int] = [:]
    /// Labels in the label file; `nil` without one.
    var labels: Int?
    var images: Int { names.count }
    var bytes: Int { sizes.values.reduce(0, +) }
    /// Runs that use it.
    fileprivate var users = 0
  }

  private let place: String
  private let limits: ServerLimits
  /// The oldest first.
  private let held: Mutex<[Folder]>

  /// Opens the folders below a data folder.
  init(data: String, limits: ServerLimits) {
    place = data + "/" + Self.place
    self.limits = limits
    let files = FileManager.default
    let names = ((try? files.contentsOfDirectory(atPath: place)) ?? []).filter(RandomName.isOne)
    let place = place
    let found = names.compactMap { name -> Folder? in
      let path = place + "/" + name
      guard let date = try? files.attributesOfItem(atPath: path)[.modificationDate] as? Date else { return nil }
      var folder = Folder(name: name, touched: date)
      for file in (try? files.contentsOfDirectory(atPath: path + "/" + Self.pictures)) ?? []
      where file.hasSuffix(".png") {
        let attributes = try? files.attributesOfItem(atPath: path + "/\(Self.pictures)/" + file)
        folder.names[String(file.dropLast(4))] = .some(nil)
        folder.sizes[String(file.dropLast(4))] = attributes?[.size] as? Int ?? 0
      }
      folder.labels = (try? Labels(path: path + "/" + Self.labelFile))?.byImage.count
      return folder
    }
    held = Mutex(found.sorted { $0.touched < $1.touched })
    expire()
  }

  /// A folder by its name.
  func folder(_ name: String) -> Folder? { held.withLock { $0.first { $0.name == name } } }

  /// The path of a folder's images.
  func images(of name: String) -> String { place + "/\(name)/\(Self.pictures)" }

  /// The path of a folder's label file.
  func labels(of name: String) -> String { place + "/\(name)/\(Self.labelFile)" }

  /// When a folder is deleted, unless something comes into it or a run uses it.
  func expiry(of folder: Folder) -> Date { folder.touched.addingTimeInterval(limits.uploadKeptSeconds) }

  /// A new folder.
  ///
  /// - Throws: `Problem` 507 when it cannot be made.
  func make() throws -> Folder {
    let folder = Folder(name: RandomName.make(), touched: Date())
    do {
      let owner: [FileAttributeKey: Any] = [.posixPermissions: 0o700]
      try FileManager.default.createDirectory(
        atPath: images(of: folder.name), withIntermediateDirectories: true, attributes: owner)
    } catch {
      throw Self.unwritable(error)
    }
    held.withLock { $0.append(folder) }
    expire()
    return folder
  }

  /// Stores an image's pixels.
  ///
  /// - Parameter sent: the file's name, as the client calls it.
  /// - Throws: `Problem` 404 for a folder that is gone, 413 for one that is full, 422 for a name that cannot be a file's or that
  ///   another image has, and as ``UploadedPicture/png(of:_:)``.
  func keep(_ bytes: [UInt8], named sent: String?, in name: String) throws {
    let key = try self.key(of: sent)
    guard let folder = folder(name) else { throw Self.gone }
    if let other = folder.names[key], let other, other != sent {
      throw Problem.unprocessable(
        "two_of_a_name", "\(sent ?? "") and \(other) are the same image to a label file; rename one of them.")
    }
    guard folder.images < limits.folderImages || folder.names[key] != nil else {
      throw Problem(
        413, "folder_full", "Content too large",
        "A folder takes \(limits.folderImages) images; \(sent ?? "") is one more.")
    }
    let picture = try UploadedPicture.png(of: bytes, limits)
    guard folder.bytes + picture.count <= limits.folderBytes else {
      throw Problem(
        413, "folder_full", "Content too large",
        "A folder takes \(limits.folderBytes >> 20) MiB; \(sent ?? "") goes beyond.")
    }
    do {
      try AtomicFile.write(picture, to: images(of: name) + "/" + key + ".png")
    } catch {
      throw Self.unwritable(error)
    }
    change(name) { folder in
      folder.names[key] = sent
      folder.sizes[key] = picture.count
    }
  }

  /// Stores the label file, in the place of an earlier one.
  ///
  /// - Throws: `Problem` 404 for a folder that is gone, 413 for a file that is too large, 422 for one that cannot be read.
  func keep(labels bytes: [UInt8], in name: String) throws {
    guard folder(name) != nil else { throw Self.gone }
    guard bytes.count <= limits.labelBytes else { throw Problem.tooLarge(limit: limits.labelBytes) }
    let labels: Labels
    do throws(LabelFault) {
      labels = try Labels(bytes: bytes, name: "the label file")
    } catch {
      throw Problem.unprocessable("unusable_labels", "\(error).")
    }
    do {
      try AtomicFile.write(bytes, to: self.labels(of: name))
    } catch {
      throw Self.unwritable(error)
    }
    change(name) { $0.labels = labels.byImage.count }
  }

  /// Keeps a folder for as long as a run uses it; `false` when it is gone.
  func use(_ name: String) -> Bool { change(name) { $0.users += 1 } }

  /// Ends ``use(_:)``.
  func release(_ name: String) { change(name) { $0.users -= 1 } }

  /// Deletes a folder.
  ///
  /// - Throws: `Problem` 404, 409 for one that a run uses.
  func delete(_ name: String) throws(Problem) {
    let isUsed = held.withLock { held -> Bool? in
      guard let index = held.firstIndex(where: { $0.name == name }) else { return nil }
      guard held[index].users == 0 else { return true }
      held.remove(at: index)
      return false
    }
    guard let isUsed else { throw Self.gone }
    guard !isUsed else { throw .conflict("in_use", "A run reads these images; cancel it first.") }
    try? FileManager.default.removeItem(atPath: place + "/" + name)
  }

  /// Deletes what has been kept long enough, and the oldest beyond the number that is kept.
  func expire(now: Date = Date()) {
    let old = held.withLock { held -> Set<String> in
      let surplus = max(held.count - limits.foldersKept, 0)
      let free = held.filter { $0.users == 0 }
      let gone = Set(free.prefix(surplus).map(\.name) + free.filter { expiry(of: $0) < now }.map(\.name))
      held.removeAll { gone.contains($0.name) }
      return gone
    }
    for name in old { try? FileManager.default.removeItem(atPath: place + "/" + name) }
  }

  @discardableResult private func change(_ name: String, _ body: (inout Folder) -> Void) -> Bool {
    held.withLock { held in
      guard let index = held.firstIndex(where: { $0.name == name }) else { return false }
      body(&held[index])
      held[index].touched = Date()
      return true
    }
  }

  /// An image's name in label files, which is its file's here.
  ///
  /// - Throws: `Problem` 422 for what cannot be a file's name.
  private func key(of sent: String?) throws(Problem) -> String {
    func bad(_ why: String) -> Problem { .unprocessable("bad_name", why) }
    guard let sent, !sent.isEmpty else { throw bad("An image has no file name; the label file names images by it.") }
    let shown = sent.prefix(60).filter { !$0.isNewline }
    guard !sent.contains("/"), !sent.contains("\\") else {
      throw bad("\(shown): a file's name has no slash in it; send the name without its folders.")
    }
    guard sent.utf8.count <= limits.fileNameBytes else {
      throw bad("\(shown)…: a file's name has at most \(limits.fileNameBytes) bytes.")
    }
    let key = Labels.key(of: sent)
    guard !key.hasPrefix("."), !key.isEmpty, sent.unicodeScalars.allSatisfy({ $0.value >= 0x20 && $0.value != 0x7F })
    else { throw bad("\(shown.filter { $0.isASCII || $0.isLetter }): this cannot be a file's name here.") }
    return key
  }

  private static func unwritable(_ error: any Error) -> Problem {
    var problem = Problem(507, "no_room", "Insufficient storage", "The upload could not be stored.")
    problem.cause = "\(error)"
    return problem
  }
}

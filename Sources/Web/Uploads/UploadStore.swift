import AtomicFiles
import Foundation
import Synchronization

/// Uploaded images: re-encoded without metadata, under names that cannot be guessed, for a limited time.
final class UploadStore: Sendable {
  struct Upload: Sendable {
    let name: String
    let path: String
    let created: Date
  }

  private let folder: String
  private let limits: ServerLimits
  /// The oldest first.
  private let held: Mutex<[Upload]>

  /// Opens the uploads in a folder, which is created with the first upload.
  init(folder: String, limits: ServerLimits) {
    self.folder = folder
    self.limits = limits
    let files = FileManager.default
    let names = (try? files.contentsOfDirectory(atPath: folder)) ?? []
    let found = names.filter(Self.isOurs).compactMap { name -> Upload? in
      let path = folder + "/" + name
      guard let date = try? files.attributesOfItem(atPath: path)[.modificationDate] as? Date else { return nil }
      return Upload(name: name, path: path, created: date)
    }
    held = Mutex(found.sorted { $0.created < $1.created })
    expire()
  }

  /// All uploads, the oldest first.
  var uploads: [Upload] { held.withLock { $0 } }

  /// An upload by its name.
  func upload(_ name: String) -> Upload? { held.withLock { $0.first { $0.name == name } } }

  /// When an upload is deleted.
  func expiry(of upload: Upload) -> Date { upload.created.addingTimeInterval(limits.uploadKeptSeconds) }

  /// Checks an image and stores only its pixels.
  ///
  /// - Parameter frame: which frame of a DICOM file; `nil` for the only one.
  /// - Throws: `Problem` 415 for a file that is not a supported image, 413 for one with too many pixels, 422 for a
  ///   broken one, 507 when it cannot be written.
  func keep(_ bytes: [UInt8], frame: Int? = nil) throws -> Upload {
    let picture = try UploadedPicture.png(of: bytes, limits, frame: frame)
    let name = RandomName.make() + ".png"
    let upload = Upload(name: name, path: folder + "/" + name, created: Date())
    do {
      let owner: [FileAttributeKey: Any] = [.posixPermissions: 0o700]
      try FileManager.default.createDirectory(
        atPath: folder, withIntermediateDirectories: true, attributes: owner)
      try AtomicFile.write(picture, to: upload.path)
    } catch {
      var problem = Problem(507, "no_room", "Insufficient storage", "The upload could not be stored.")
      problem.cause = "\(error)"
      throw problem
    }
    held.withLock { $0.append(upload) }
    expire()
    return upload
  }

  /// Deletes an upload; `false` when there is none of that name.
  func delete(_ name: String) -> Bool {
    let gone = held.withLock { held -> Upload? in
      guard let index = held.firstIndex(where: { $0.name == name }) else { return nil }
      return held.remove(at: index)
    }
    if let gone { try? FileManager.default.removeItem(atPath: gone.path) }
    return gone != nil
  }

  /// Deletes what has been kept long enough, and the oldest beyond the number that is kept.
  func expire(now: Date = Date()) {
    let old = held.withLock { held -> [Upload] in
      let surplus = max(held.count - limits.uploadsKept, 0)
      let gone = held.enumerated().filter { $0.offset < surplus || expiry(of: $0.element) < now }.map(\.element)
      let names = Set(gone.map(\.name))
      held.removeAll { names.contains($0.name) }
      return gone
    }
    for upload in old { try? FileManager.default.removeItem(atPath: upload.path) }
  }

  private static func isOurs(_ name: String) -> Bool {
    name.hasSuffix(".png") && RandomName.isOne(String(name.dropLast(4)))
  }
}

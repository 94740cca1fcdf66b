import Foundation

/// The file that a database is in, before SQLite sees it.
enum RecordFile {
  /// Makes sure that a file is there.
  ///
  /// - Throws: `missing`, `unusable` if it is not a file, `unwritable` if it cannot be created.
  static func prepare(_ path: String, opening: RecordStores.Opening) throws(RecordFault) {
    var status = stat()
    if stat(path, &status) == 0 {
      guard status.st_mode & S_IFMT == S_IFREG else { throw .unusable(store: path, reason: "it is not a file") }
      return
    }
    guard errno == ENOENT || errno == ENOTDIR else { throw .unusable(store: path, reason: reason()) }
    guard opening == .creating else { throw .missing(store: path) }
    let folder = URL(fileURLWithPath: path).deletingLastPathComponent().path
    do {
      try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    } catch {
      throw .unwritable(place: path, reason: "its folder cannot be created")
    }
    // The log and its index take over the file's permissions.
    let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else { throw .unwritable(place: path, reason: reason()) }
    Foundation.close(descriptor)
  }

  /// Why the last system call failed.
  static func reason() -> String { String(cString: strerror(errno)) }
}

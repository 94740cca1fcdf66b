import AtomicFiles
import Faults
import Foundation
import Records

/// A folder of results that cannot be used as asked.
public enum RunFolderFault: Fault, Equatable {
  /// Another process is writing there.
  case inUse(folder: String)
  /// There are results already.
  case occupied(folder: String, by: String, isUnfinished: Bool)
  /// A run cannot be resumed because something that it depends on has changed.
  case changed(folder: String, what: [String])

  public var kind: FaultKind {
    switch self {
    case .inUse: .unavailable
    case .occupied: .usage
    case .changed: .unusableInput
    }
  }

  public var description: String {
    switch self {
    case .inUse(let folder):
      "\(folder): another validation is writing there; wait for it, or name another folder with --out"
    case .occupied(let folder, let what, true):
      "\(folder): \(what) is there and not finished; continue with --resume, start over with --replace, or name another "
        + "folder with --out"
    case .occupied(let folder, let what, false):
      "\(folder): \(what) is there already; replace it with --replace, or name another folder with --out"
    case .changed(let folder, let what):
      "\(folder): the run cannot continue, because \(what.joined(separator: "; ")). Start over with --replace or another --out"
    }
  }
}

/// The folder that a run writes to, locked against other processes for as long as this value exists.
public final class RunFolder: Sendable {
  /// As the caller named it, without a slash at the end.
  public let path: String
  private let lock: Int32

  /// Makes the folder unless it is there, and locks it.
  ///
  /// The lock (flock) ends with the process, however it ends; its file stays.
  ///
  /// - Throws: `RunFolderFault.inUse`; `UnwritableFile`.
  public init(_ path: String) throws {
    var path = path
    while path.count > 1, path.hasSuffix("/") { path.removeLast() }
    self.path = path
    try Folder.make(path)
    let descriptor = open(path + "/.lock", O_RDWR | O_CREAT | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else { throw UnwritableFile(path: path, reason: String(cString: strerror(errno))) }
    guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
      let reason = errno
      // Not a property yet: an initializer that throws once all properties are set runs `deinit`, which would close it again,
      // and by then the number may be another thread's file, such as a database.
      close(descriptor)
      if reason == EWOULDBLOCK { throw RunFolderFault.inUse(folder: path) }
      throw UnwritableFile(path: path, reason: String(cString: strerror(reason)))
    }
    lock = descriptor
  }

  deinit { close(lock) }

  /// Whether a process writes to a folder now. The folder need not be there.
  package static func isInUse(_ path: String) -> Bool {
    let descriptor = open(path + "/.lock", O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return false }
    defer { close(descriptor) }
    // Shared, so that two who look do not see each other.
    return flock(descriptor, LOCK_SH | LOCK_NB) != 0 && errno == EWOULDBLOCK
  }

  /// The path of a file in it.
  public func file(_ name: String) -> String { path == "/" ? "/" + name : path + "/" + name }

  /// Whether a file is there.
  public func has(_ name: String) -> Bool { FileManager.default.fileExists(atPath: file(name)) }

  /// The records.
  public var database: String { RecordStores.location(inFolder: path) }

  /// Writes a file whole or not at all.
  ///
  /// - Throws: `UnwritableFile`; the previous file is then intact.
  public func write(_ text: String, to name: String) throws(UnwritableFile) {
    try AtomicFile.write(text.utf8, to: file(name), draft: .named)
  }

  /// Removes a file if it is there.
  ///
  /// - Throws: `UnwritableFile`.
  public func remove(_ name: String) throws(UnwritableFile) {
    guard unlink(file(name)) == 0 || errno == ENOENT else {
      throw UnwritableFile(path: file(name), reason: String(cString: strerror(errno)))
    }
  }
}

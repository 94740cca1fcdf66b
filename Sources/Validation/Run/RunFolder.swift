import Faults
import Foundation
import Records

/// A folder of results that cannot be used as asked.
public enum RunFolderFault: Fault, Equatable {
  /// Something could not be written; the previous file is intact.
  case unwritable(path: String, reason: String)
  /// Another process is writing there.
  case inUse(folder: String)
  /// There are results already.
  case occupied(folder: String, by: String, isUnfinished: Bool)
  /// A run cannot be resumed because something that it depends on has changed.
  case changed(folder: String, what: [String])

  public var kind: FaultKind {
    switch self {
    case .unwritable: .unwritableOutput
    case .inUse: .unavailable
    case .occupied: .usage
    case .changed: .unusableInput
    }
  }

  public var description: String {
    switch self {
    case .unwritable(let path, let reason): "\(path): cannot be written (\(reason))"
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
  /// - Throws: ``RunFolderFault``.
  public init(_ path: String) throws(RunFolderFault) {
    var path = path
    while path.count > 1, path.hasSuffix("/") { path.removeLast() }
    self.path = path
    do {
      try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    } catch {
      throw .unwritable(path: path, reason: plainReason(of: error, at: path))
    }
    let descriptor = open(path + "/.lock", O_RDWR | O_CREAT | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else { throw .unwritable(path: path, reason: String(cString: strerror(errno))) }
    guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
      let reason = errno
      // Not a property yet: an initializer that throws once all properties are set runs `deinit`, which would close it again,
      // and by then the number may be another thread's file, such as a database.
      close(descriptor)
      if reason == EWOULDBLOCK { throw .inUse(folder: path) }
      throw .unwritable(path: path, reason: String(cString: strerror(reason)))
    }
    lock = descriptor
  }

  deinit { close(lock) }

  /// The path of a file in it.
  public func file(_ name: String) -> String { path == "/" ? "/" + name : path + "/" + name }

  /// Whether a file is there.
  public func has(_ name: String) -> Bool { FileManager.default.fileExists(atPath: file(name)) }

  /// The records.
  public var database: String { RecordStores.location(inFolder: path) }

  /// Where a file is written before it takes its place.
  static func draft(of path: String) -> String {
    let parts = path.split(separator: "/", omittingEmptySubsequences: false)
    return (parts.dropLast() + [".\(parts.last ?? "").part"]).joined(separator: "/")
  }

  /// Writes a file whole or not at all.
  ///
  /// - Throws: `RunFolderFault.unwritable`; the previous file is then intact.
  public func write(_ text: String, to name: String) throws(RunFolderFault) {
    let path = file(name)
    let draft = Self.draft(of: path)
    do {
      try Data(text.utf8).write(to: URL(fileURLWithPath: draft))
    } catch {
      unlink(draft)
      throw .unwritable(path: path, reason: plainReason(of: error, at: path))
    }
    guard rename(draft, path) == 0 else {
      let reason = String(cString: strerror(errno))
      unlink(draft)
      throw .unwritable(path: path, reason: reason)
    }
  }

  /// Removes a file if it is there.
  ///
  /// - Throws: `RunFolderFault.unwritable`.
  public func remove(_ name: String) throws(RunFolderFault) {
    guard unlink(file(name)) == 0 || errno == ENOENT else {
      throw .unwritable(path: file(name), reason: String(cString: strerror(errno)))
    }
  }
}

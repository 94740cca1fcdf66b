import Faults
import Foundation

/// Files that commands write.
enum OutputFile {
  /// A file or folder that could not be written.
  struct Unwritable: Fault {
    var path: String
    var reason: String
    var kind: FaultKind { .unwritableOutput }
    var description: String { "\(path): cannot be written (\(reason))" }
  }

  /// Writes a file whole or not at all.
  ///
  /// If the path is something other than a regular file (a device, a pipe, a link), it is written to, not replaced:
  /// replacing /dev/stdout, for example, would take it away from every other process.
  ///
  /// - Throws: `Unwritable`.
  static func write(_ bytes: [UInt8], to path: String) throws(Unwritable) {
    var status = stat()
    let isSpecial = lstat(path, &status) == 0 && status.st_mode & S_IFMT != S_IFREG
    do {
      if isSpecial {
        let descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o666)
        guard descriptor >= 0 else { throw Unwritable(path: path, reason: String(cString: strerror(errno))) }
        let file = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
        try file.write(contentsOf: Data(bytes))
        try file.close()
      } else {
        try Data(bytes).write(to: URL(fileURLWithPath: path), options: .atomic)
      }
    } catch let unwritable as Unwritable {
      throw unwritable
    } catch {
      throw Unwritable(path: path, reason: plainReason(of: error, at: path))
    }
  }

  /// Creates a folder and its parents if they do not exist.
  ///
  /// - Throws: `Unwritable`.
  static func makeFolder(_ path: String) throws(Unwritable) {
    do {
      try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    } catch {
      throw Unwritable(path: path, reason: plainReason(of: error, at: path))
    }
  }
}

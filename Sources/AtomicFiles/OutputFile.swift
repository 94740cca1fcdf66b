import Faults
import Foundation

/// Files that a user names, which may be devices and pipes.
public enum OutputFile {
  /// Writes a file whole or not at all.
  ///
  /// If the path is something other than a regular file (a device, a pipe, a link), it is written to, not replaced:
  /// replacing /dev/stdout, for example, would take it away from every other process.
  ///
  /// - Throws: `UnwritableFile`.
  public static func write(_ bytes: [UInt8], to path: String) throws(UnwritableFile) {
    var status = stat()
    guard lstat(path, &status) == 0, status.st_mode & S_IFMT != S_IFREG else {
      return try AtomicFile.write(bytes, to: path)
    }
    let descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o666)
    guard descriptor >= 0 else { throw UnwritableFile(path: path, reason: String(cString: strerror(errno))) }
    let file = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
    do {
      try file.write(contentsOf: Data(bytes))
      try file.close()
    } catch {
      throw UnwritableFile(path: path, reason: plainReason(of: error, at: path))
    }
  }
}

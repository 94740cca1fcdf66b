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
    guard isReplaced(path) else { return try Device(path).write(bytes) }
    try AtomicFile.write(bytes, to: path)
  }

  /// Writes a file piece by piece, whole or not at all, as ``write(_:to:)`` does.
  ///
  /// - Parameters:
  ///   - path: its place.
  ///   - body: is given what writes the next piece.
  /// - Throws: `UnwritableFile`; what `body` throws, and then the file stays as it was.
  public static func write(
    to path: String, _ body: (_ write: ([UInt8]) throws -> Void) async throws -> Void
  ) async throws {
    guard isReplaced(path) else {
      let device = try Device(path)
      return try await body { try device.write($0) }
    }
    let file = try AtomicFile(path)
    try await body { try file.write($0) }
    try file.finish()
  }

  private static func isReplaced(_ path: String) -> Bool {
    var status = stat()
    return lstat(path, &status) != 0 || status.st_mode & S_IFMT == S_IFREG
  }

  /// Something that is written to where it is.
  private struct Device {
    private let path: String
    private let file: FileHandle

    init(_ path: String) throws(UnwritableFile) {
      self.path = path
      let descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o666)
      guard descriptor >= 0 else { throw UnwritableFile(path: path, reason: String(cString: strerror(errno))) }
      file = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
    }

    func write(_ bytes: [UInt8]) throws(UnwritableFile) {
      do {
        try file.write(contentsOf: Data(bytes))
      } catch {
        throw UnwritableFile(path: path, reason: plainReason(of: error, at: path))
      }
    }
  }
}

import Foundation
import TextOutput

/// A regular file, open for reading at any offset.
///
/// Bytes are read, never mapped: a file that shrinks while it is being checked gives a short read, not a signal.
final class WeightsFile: Sendable {
  /// The path as the caller gave it.
  let path: String
  /// The file's size in bytes when it was opened.
  let size: Int
  private let descriptor: Int32

  /// Opens a file.
  ///
  /// - Throws: `WeightsFault` when the file is missing, may not be read, is empty or is not a regular file.
  init(path: String) throws(WeightsFault) {
    self.path = path
    // Without O_NONBLOCK, opening a pipe that nobody writes to would never return.
    let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else {
      throw WeightsFault(path: path, reason: "cannot be read (\(String(cString: strerror(errno))))")
    }
    var status = stat()
    guard fstat(descriptor, &status) == 0 else {
      close(descriptor)
      throw WeightsFault(path: path, reason: "cannot be read (\(String(cString: strerror(errno))))")
    }
    if let reason = Self.objection(to: status) {
      close(descriptor)
      throw WeightsFault(path: path, reason: reason)
    }
    self.size = Int(status.st_size)
    self.descriptor = descriptor
  }

  deinit { close(descriptor) }

  /// Why what was opened cannot be a weights file, if so.
  private static func objection(to status: stat) -> String? {
    switch status.st_mode & S_IFMT {
    case S_IFREG: status.st_size > 0 ? nil : "is empty"
    case S_IFDIR: "is a folder, not a GGUF file"
    default: "is not a regular file"
    }
  }

  /// Reads exactly `count` bytes at `offset`.
  ///
  /// - Throws: `WeightsFault` when the bytes are not all there or the system cannot read them.
  func bytes(at offset: Int, count: Int) throws(WeightsFault) -> [UInt8] {
    guard offset >= 0, count >= 0, offset <= size, count <= size - offset else {
      throw WeightsFault(path: path, reason: "ends after \(grouped(size)) bytes, before byte \(grouped(offset))")
    }
    var bytes = [UInt8](repeating: 0, count: count)
    var filled = 0
    while filled < count {
      let got = bytes.withUnsafeMutableBytes { buffer in
        buffer.baseAddress.map { pread(descriptor, $0 + filled, count - filled, off_t(offset + filled)) } ?? 0
      }
      if got < 0, errno == EINTR { continue }
      guard got > 0 else {
        let reason = got < 0 ? String(cString: strerror(errno)) : "it ended while it was being read"
        throw WeightsFault(path: path, reason: "cannot be read (\(reason))")
      }
      filled += got
    }
    return bytes
  }
}

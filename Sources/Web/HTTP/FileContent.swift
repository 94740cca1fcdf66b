import Digests
import Faults
import Foundation

/// An open file that is sent. It is closed with the last reference.
final class FileContent: Sendable {
  let descriptor: Int32
  /// Bytes.
  let size: UInt64
  /// What tells this state of the file from another.
  let entityTag: String

  /// Opens a regular file; `nil` when it is none, or cannot be read.
  init?(path: String) {
    // Without O_NONBLOCK, opening a pipe would wait for a writer.
    descriptor = FileName.withPath(path) { open($0, O_RDONLY | O_NONBLOCK | O_CLOEXEC) }
    var status = stat()
    guard descriptor >= 0, fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG, status.st_size >= 0
    else {
      if descriptor >= 0 { close(descriptor) }
      return nil
    }
    size = UInt64(status.st_size)
    let state = "\(status.st_ino) \(status.st_size) \(status.st_mtim.tv_sec).\(status.st_mtim.tv_nsec)"
    entityTag = "\"\(SHA256Digest(of: Array(state.utf8)).hexadecimal.prefix(20))\""
  }

  deinit { close(descriptor) }

  /// The first bytes, for telling what sort of file it is.
  func beginning(_ count: Int) -> [UInt8] {
    [UInt8](unsafeUninitializedCapacity: count) { buffer, initialized in
      initialized = max(pread(descriptor, buffer.baseAddress, count, 0), 0)
    }
  }

  /// All bytes; `nil` when they cannot be read, or exceed the limit.
  func bytes(atMost limit: Int) -> [UInt8]? {
    guard size <= UInt64(limit) else { return nil }
    var failed = false
    let bytes = [UInt8](unsafeUninitializedCapacity: Int(size)) { buffer, initialized in
      while initialized < buffer.count {
        let count = pread(
          descriptor, buffer.baseAddress?.advanced(by: initialized), buffer.count - initialized, off_t(initialized))
        if count < 0, errno == EINTR { continue }
        if count <= 0 {
          failed = true
          return
        }
        initialized += count
      }
    }
    return failed ? nil : bytes
  }
}

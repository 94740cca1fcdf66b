import Foundation

/// A file that is written piece by piece under another name, and appears under its own only when it is whole.
final class GrowingFile {
  private static let piece = 1 << 18

  private let path: String
  private let working: String
  private var descriptor: Int32
  private var buffer: [UInt8] = []

  /// - Throws: `ReportFault`.
  init(at path: String) throws(ReportFault) {
    self.path = path
    working = path + ".\(getpid()).part"
    descriptor = open(working, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0o666)
    guard descriptor >= 0 else { throw Self.fault(path) }
    buffer.reserveCapacity(Self.piece + 1 << 16)
  }

  /// An unfinished file is removed.
  deinit {
    guard descriptor >= 0 else { return }
    close(descriptor)
    unlink(working)
  }

  func write(_ markup: Markup) throws(ReportFault) { try write(markup.html) }

  /// Writes a text as it stands.
  func write(_ text: String) throws(ReportFault) {
    buffer += text.utf8
    if buffer.count >= Self.piece { try flush() }
  }

  /// Appends everything that another file holds.
  func append(_ other: GrowingFile) throws(ReportFault) {
    try other.flush()
    guard lseek(other.descriptor, 0, SEEK_SET) == 0 else { throw Self.fault(path) }
    var piece = [UInt8](repeating: 0, count: Self.piece)
    while true {
      let count = read(other.descriptor, &piece, piece.count)
      if count == 0 { return }
      if count > 0 {
        buffer += piece.prefix(count)
        try flush()
      } else if errno != EINTR {
        throw Self.fault(path)
      }
    }
  }

  /// Puts the file in its place.
  func finish() throws(ReportFault) {
    try flush()
    guard fsync(descriptor) == 0 || errno == EINVAL, rename(working, path) == 0 else { throw Self.fault(path) }
    close(descriptor)
    descriptor = -1
  }

  private func flush() throws(ReportFault) {
    var start = 0
    while start < buffer.count {
      let count = buffer[start...].withUnsafeBytes { Foundation.write(descriptor, $0.baseAddress, $0.count) }
      if count > 0 {
        start += count
      } else if count < 0, errno != EINTR {
        throw Self.fault(path)
      }
    }
    buffer.removeAll(keepingCapacity: true)
  }

  private static func fault(_ path: String) -> ReportFault {
    ReportFault(path: path, reason: String(cString: strerror(errno)))
  }
}

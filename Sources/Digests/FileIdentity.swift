import Foundation

/// What tells one state of one file from any other: where it lies on which disk, its size, and when it was last changed.
///
/// The time of the last change of the inode cannot be set by programs, unlike that of its content.
public struct FileIdentity: Sendable, Hashable {
  /// The file system's number.
  public let device: UInt64
  /// The file's number in it.
  public let inode: UInt64
  /// Bytes.
  public let size: Int64
  /// Nanoseconds since 1970 when the content was last written (`st_mtim`).
  public let written: Int64
  /// Nanoseconds since 1970 when content, name or rights last changed (`st_ctim`).
  public let changed: Int64

  /// The identity that a call of `stat` or `fstat` found.
  public init(_ status: stat) {
    device = UInt64(status.st_dev)
    inode = UInt64(status.st_ino)
    size = Int64(status.st_size)
    written = Self.nanoseconds(status.st_mtim)
    changed = Self.nanoseconds(status.st_ctim)
  }

  /// An identity that was noted down.
  public init(device: UInt64, inode: UInt64, size: Int64, written: Int64, changed: Int64) {
    (self.device, self.inode, self.size, self.written, self.changed) = (device, inode, size, written, changed)
  }

  /// Whether it is the same file, not written to since. Another name or other rights change nothing.
  public func hasSameContent(as other: FileIdentity) -> Bool {
    (device, inode, size, written) == (other.device, other.inode, other.size, other.written)
  }

  private static func nanoseconds(_ time: timespec) -> Int64 {
    Int64(time.tv_sec).multipliedReportingOverflow(by: 1_000_000_000).partialValue &+ Int64(time.tv_nsec)
  }
}

import Foundation

/// Free space on the disk of a folder.
public enum DiskSpace {
  /// Bytes to leave free in addition to the download.
  static let margin: Int64 = 64 << 20

  /// Bytes that this user may still write there; `nil` when the system does not say.
  public static func free(at folder: String) -> Int64? {
    var status = statvfs()
    guard statvfs(folder, &status) == 0 else { return nil }
    let (bytes, overflows) = UInt64(status.f_bavail).multipliedReportingOverflow(by: UInt64(status.f_frsize))
    return overflows ? .max : Int64(clamping: bytes)
  }

  /// - Throws: `TransferFault.noSpace` unless the bytes and a margin fit.
  static func check(_ needed: Int64, at folder: String) throws(TransferFault) {
    guard let free = free(at: folder) else { return }
    let (wanted, overflows) = needed.addingReportingOverflow(margin)
    guard !overflows, wanted <= free else {
      throw .noSpace(folder: folder, needed: needed, free: free)
    }
  }

  /// Bytes allocated to a file, not counting holes; 0 without a file.
  static func occupied(by path: String) -> Int64 {
    var status = stat()
    guard stat(path, &status) == 0 else { return 0 }
    return Int64(status.st_blocks) * 512
  }

  /// Bytes freed by removing this name of a file: none while another name links to the same file, and none of a link's
  /// target.
  public static func freed(byRemoving path: String) -> Int64 {
    var status = stat()
    guard lstat(path, &status) == 0, status.st_mode & S_IFMT == S_IFREG, status.st_nlink <= 1 else { return 0 }
    return Int64(status.st_blocks) * 512
  }
}

import Foundation

/// Room on the disk that a folder lies on.
public enum DiskSpace {
  /// What is left free besides what is fetched, in bytes.
  static let margin: Int64 = 64 << 20

  /// Bytes that this user may still write there; `nil` when the system does not say.
  public static func free(at folder: String) -> Int64? {
    var status = statvfs()
    guard statvfs(folder, &status) == 0 else { return nil }
    let (bytes, overflows) = UInt64(status.f_bavail).multipliedReportingOverflow(by: UInt64(status.f_frsize))
    return overflows ? .max : Int64(clamping: bytes)
  }

  /// - Throws: `TransferFault.noSpace` unless so many bytes and a margin fit.
  static func check(_ needed: Int64, at folder: String) throws(TransferFault) {
    guard let free = free(at: folder) else { return }
    let (wanted, overflows) = needed.addingReportingOverflow(margin)
    guard !overflows, wanted <= free else {
      throw .noSpace(folder: folder, needed: needed, free: free)
    }
  }

  /// Bytes that a file really occupies, holes not counted; 0 without a file.
  static func occupied(by path: String) -> Int64 {
    var status = stat()
    guard stat(path, &status) == 0 else { return 0 }
    return Int64(status.st_blocks) * 512
  }

  /// Bytes that become free when this name of a file goes: nothing while another name leads to the same file, and nothing of
  /// what a link leads to.
  static func freed(byRemoving path: String) -> Int64 {
    var status = stat()
    guard lstat(path, &status) == 0, status.st_mode & S_IFMT == S_IFREG, status.st_nlink <= 1 else { return 0 }
    return Int64(status.st_blocks) * 512
  }
}

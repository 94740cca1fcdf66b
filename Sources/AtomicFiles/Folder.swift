import Faults
import Foundation

/// Folders that are written to.
public enum Folder {
  /// Makes a folder and its parents unless they are there.
  ///
  /// - Throws: ``UnwritableFile``.
  public static func make(_ path: String) throws(UnwritableFile) {
    do {
      try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    } catch {
      throw UnwritableFile(path: path, reason: plainReason(of: error, at: path))
    }
  }
}

import Faults
import Foundation
import Tables

/// A table of comma-separated values (RFC 4180, UTF-8, CR LF) that is written row by row and appears whole or not at all.
///
/// Rows go to a hidden file beside the final one, which takes its place when the table is complete.
public final class Spreadsheet {
  /// Bytes gathered before they are written.
  private static let bufferBytes = 1 << 16

  private let path: String
  private let draft: String
  private let file: FileHandle
  private var buffer: [UInt8] = []
  private var isComplete = false

  /// Begins a table with its header.
  ///
  /// - Throws: `RunFolderFault.unwritable`.
  public init(path: String, header: [String]) throws(RunFolderFault) {
    self.path = path
    draft = RunFolder.draft(of: path)
    let descriptor = open(draft, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else {
      throw RunFolderFault.unwritable(path: path, reason: String(cString: strerror(errno)))
    }
    file = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
    try add(header)
  }

  /// Adds a row.
  ///
  /// - Throws: `RunFolderFault.unwritable`.
  public func add(_ fields: [String]) throws(RunFolderFault) {
    buffer += Self.line(fields).utf8
    if buffer.count >= Self.bufferBytes { try flush() }
  }

  /// Puts the table in its place.
  ///
  /// - Throws: `RunFolderFault.unwritable`; the previous file is then intact.
  public func finish() throws(RunFolderFault) {
    try flush()
    guard fsync(file.fileDescriptor) == 0, rename(draft, path) == 0 else {
      throw RunFolderFault.unwritable(path: path, reason: String(cString: strerror(errno)))
    }
    isComplete = true
  }

  private func flush() throws(RunFolderFault) {
    do {
      try file.write(contentsOf: Data(buffer))
    } catch {
      throw RunFolderFault.unwritable(path: path, reason: plainReason(of: error, at: path))
    }
    buffer.removeAll(keepingCapacity: true)
  }

  deinit { if !isComplete { unlink(draft) } }

  /// One row as ``CSVRow`` writes it, with its end.
  static func line(_ fields: [String]) -> String { CSVRow.text(fields) + "\r\n" }
}

import Faults
import Foundation

/// A file that could not be read for its digest.
public struct UnreadableFile: Fault {
  /// The file's path as the caller gave it.
  public let path: String
  /// The system's reason.
  public let reason: String

  public var kind: FaultKind { .missingInput }
  public var description: String { "\(path): cannot be read (\(reason))" }
}

extension SHA256Digest {
  /// The digest of a file's bytes, read on a thread of its own: for large files, in asynchronous code.
  ///
  /// - Throws: ``UnreadableFile`` when the file is missing or may not be read; `CancellationError`.
  public static func ofFile(at path: String) async throws -> SHA256Digest {
    try await BlockingWork.run { try SHA256Digest(ofFileAt: path, cancellation: $0) }
  }

  /// The digest of a file's bytes, read in pieces of one mebibyte; the path is as `FileName` writes it.
  ///
  /// - Throws: ``UnreadableFile`` when the file is missing or may not be read.
  public init(ofFileAt path: String) throws(UnreadableFile) {
    do {
      self = try SHA256Digest(ofFileAt: path, cancellation: nil)
    } catch let fault as UnreadableFile {
      throw fault
    } catch {
      throw UnreadableFile(path: path, reason: "\(error)")
    }
  }

  private init(ofFileAt path: String, cancellation: BlockingWork.Cancellation?) throws {
    guard let file = FileName.withPath(path, { fopen($0, "rb") }) else {
      throw UnreadableFile(path: path, reason: String(cString: strerror(errno)))
    }
    defer { fclose(file) }
    var hasher = SHA256Hasher()
    var piece = [UInt8](repeating: 0, count: 1 << 20)
    while true {
      try cancellation?.check()
      let count = fread(&piece, 1, piece.count, file)
      if count == 0 { break }
      piece.withUnsafeBytes { hasher.update(UnsafeRawBufferPointer(rebasing: $0.prefix(count))) }
    }
    guard ferror(file) == 0 else {
      throw UnreadableFile(path: path, reason: String(cString: strerror(errno)))
    }
    self = hasher.finish()
  }
}

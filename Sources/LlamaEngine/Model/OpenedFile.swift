import Digests
import Faults
import Foundation

/// The open files of a model.
struct OpenedWeights: Sendable {
  let text: OpenedFile
  let projector: OpenedFile?
  /// By their names, with their scales.
  let adapters: [(name: String, file: OpenedFile, scale: Double)]

  /// Opens them before they are loaded by their names.
  ///
  /// - Throws: `EngineFault.unreadableWeights`.
  init(_ configuration: EngineConfiguration) throws {
    text = try OpenedFile(path: configuration.weights)
    projector = try configuration.projector.map(OpenedFile.init)
    adapters = try configuration.adapters.map { choice in
      (URL(fileURLWithPath: choice.path).lastPathComponent, try OpenedFile(path: choice.path), choice.scale)
    }
  }

  var all: [OpenedFile] { [text] + [projector].compactMap(\.self) + adapters.map(\.file) }
}

/// An open file: its digest is that of the bytes that were loaded, even if its name now belongs to another file.
final class OpenedFile: Sendable {
  /// Its name.
  let path: String
  private let descriptor: Int32
  /// The state that it was opened in.
  let state: FileIdentity

  /// Opens a file before it is loaded by its name.
  ///
  /// - Throws: `UnreadableFile`.
  init(path: String) throws {
    self.path = path
    descriptor = open(path, O_RDONLY | O_CLOEXEC)
    var status = stat()
    guard descriptor >= 0, fstat(descriptor, &status) == 0 else {
      let reason = String(cString: strerror(errno))
      if descriptor >= 0 { Foundation.close(descriptor) }
      throw EngineFault.unreadableWeights(path: path, reason: reason)
    }
    state = FileIdentity(status)
  }

  deinit { Foundation.close(descriptor) }

  /// Whether nothing was written to it since it was opened, as far as the file system tells.
  var isUnchanged: Bool {
    var status = stat()
    return fstat(descriptor, &status) == 0 && FileIdentity(status) == state
  }

  /// Makes sure, once the file was loaded, that its name still meant this file.
  ///
  /// - Throws: `EngineFault.changedWeights`.
  func checkName() throws(EngineFault) {
    var status = stat()
    guard stat(path, &status) == 0, FileIdentity(status).hasSameContent(as: state) else {
      throw .changedWeights(path: path)
    }
  }

  /// The digest of all bytes, taken on a thread of its own.
  ///
  /// - Throws: `EngineFault.changedWeights` when they were written to since; `CancellationError`.
  func digest() async throws -> SHA256Digest {
    try await BlockingWork.run { try self.digest($0) }
  }

  private func digest(_ cancellation: BlockingWork.Cancellation) throws -> SHA256Digest {
    var hasher = SHA256Hasher()
    var piece = [UInt8](repeating: 0, count: 1 << 20)
    var offset = 0
    while true {
      try cancellation.check()
      let count = pread(descriptor, &piece, piece.count, offset)
      guard count >= 0 else {
        throw EngineFault.unreadableWeights(path: path, reason: String(cString: strerror(errno)))
      }
      if count == 0 { break }
      piece.withUnsafeBytes { hasher.update(UnsafeRawBufferPointer(rebasing: $0.prefix(count))) }
      offset += count
    }
    var status = stat()
    guard fstat(descriptor, &status) == 0, FileIdentity(status).hasSameContent(as: state) else {
      throw EngineFault.changedWeights(path: path)
    }
    return hasher.finish()
  }
}

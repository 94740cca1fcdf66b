import Foundation

/// A file that is written piece by piece as a draft beside its place, and takes its place when it is complete and on the
/// disk: under its own name, it is whole or not there. What was there before is replaced, a link too; a draft that is not
/// finished is removed.
public final class AtomicFile {
  /// The name of the draft, which is hidden.
  public enum Draft: Sendable {
    /// `.NAME.part`, which a later writer takes over if this process is killed. For a place that one process writes to at a
    /// time.
    case named
    /// One that no other writer has.
    case unique
  }

  /// Bytes gathered before they are written.
  private static let piece = 1 << 16

  /// Its place.
  public let path: String
  /// Where it is until it is finished.
  public let draft: String
  private var descriptor: Int32
  private var buffer: [UInt8] = []

  /// Begins a file.
  ///
  /// - Parameters:
  ///   - path: its place, in a folder that exists.
  ///   - draft: how the draft is named.
  ///   - mode: the permissions, which the process's umask restricts.
  /// - Throws: ``UnwritableFile``.
  public init(_ path: String, draft: Draft = .unique, mode: mode_t = 0o666) throws(UnwritableFile) {
    self.path = path
    var parts = path.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
    let name = parts.popLast() ?? ""
    let flags: Int32
    switch draft {
    case .named:
      parts.append(".\(name).part")
      flags = O_TRUNC
    case .unique:
      // Not with its name, which may be as long as names can be.
      parts.append(".dermgemma-\(UUID().uuidString.prefix(13)).part")
      flags = O_EXCL
    }
    self.draft = parts.joined(separator: "/")
    descriptor = open(self.draft, O_RDWR | O_CREAT | O_CLOEXEC | flags, mode)
    guard descriptor >= 0 else { throw UnwritableFile(path: path) }
  }

  deinit { discard() }

  /// Removes the draft, unless it took its place.
  private func discard() {
    guard descriptor >= 0 else { return }
    close(descriptor)
    unlink(draft)
  }

  /// Adds bytes.
  ///
  /// - Throws: ``UnwritableFile``.
  public func write(_ bytes: some Sequence<UInt8>) throws(UnwritableFile) {
    buffer += bytes
    if buffer.count >= Self.piece { try flush() }
  }

  /// Adds a text as it stands.
  ///
  /// - Throws: ``UnwritableFile``.
  public func write(_ text: String) throws(UnwritableFile) { try write(text.utf8) }

  /// Adds everything that another file has so far.
  ///
  /// - Throws: ``UnwritableFile``.
  public func append(_ other: AtomicFile) throws(UnwritableFile) {
    try other.flush()
    guard lseek(other.descriptor, 0, SEEK_SET) == 0 else { throw UnwritableFile(path: path) }
    var piece = [UInt8](repeating: 0, count: Self.piece)
    while true {
      let count = read(other.descriptor, &piece, piece.count)
      if count == 0 { return }
      if count > 0 {
        buffer += piece.prefix(count)
        try flush()
      } else if errno != EINTR {
        throw UnwritableFile(path: path)
      }
    }
  }

  /// Puts the file in its place.
  ///
  /// - Parameter durably: whether its new name is on the disk too when this returns.
  /// - Throws: ``UnwritableFile``.
  public func finish(durably: Bool = false) throws(UnwritableFile) {
    try flush()
    // EINVAL: a file system that has nothing to wait for.
    guard fsync(descriptor) == 0 || errno == EINVAL, rename(draft, path) == 0 else { throw UnwritableFile(path: path) }
    close(descriptor)
    descriptor = -1
    if durably { Self.syncFolder(of: path) }
  }

  /// Writes a file whole or not at all.
  ///
  /// - Throws: ``UnwritableFile``.
  public static func write(
    _ bytes: some Sequence<UInt8>, to path: String, draft: Draft = .unique
  ) throws(UnwritableFile) {
    let file = try AtomicFile(path, draft: draft)
    try file.write(bytes)
    try file.finish()
  }

  private func flush() throws(UnwritableFile) {
    var start = 0
    while start < buffer.count {
      let count = buffer[start...].withUnsafeBytes { Foundation.write(descriptor, $0.baseAddress, $0.count) }
      if count > 0 {
        start += count
      } else if count == 0 || errno != EINTR {
        throw UnwritableFile(path: path)
      }
    }
    buffer.removeAll(keepingCapacity: true)
  }

  /// A name is on the disk when its folder is.
  private static func syncFolder(of path: String) {
    let folder = open(URL(fileURLWithPath: path).deletingLastPathComponent().path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard folder >= 0 else { return }
    fsync(folder)
    close(folder)
  }
}

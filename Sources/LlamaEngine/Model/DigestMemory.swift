import AtomicFiles
import Digests
import Foundation

/// Remembers digests of large files between runs of a program, so that gigabytes are not read again at each start.
///
/// A digest is remembered of a state of a file (`FileIdentity`), never of a name: a file that was written to, replaced or copied is another
/// one. A state that is younger than three seconds is not remembered, because a file system's clock may not tell a change that follows at
/// once. What cannot be read or written is as if it weren't there; a file that another user may write to is not believed.
public struct DigestMemory: Sendable {
  /// Smaller files are not worth remembering, in bytes.
  public static let leastSize: Int64 = 64 << 20
  /// Files that are remembered at most; those that were confirmed longest ago are forgotten first.
  static let most = 64
  /// The age in seconds that a state must have.
  static let leastAge: TimeInterval = 3
  private static let mostBytes = 1 << 16
  private static let header = "dermgemma-digests/1"

  /// A digest, and when the bytes were last read for it.
  public struct Entry: Sendable, Hashable {
    /// The digest.
    public let digest: SHA256Digest
    /// Whole seconds since 1970.
    public let confirmed: Int64
  }

  /// The file that remembers.
  public let path: String

  /// A memory in a file, which need not be there yet.
  public init(path: String) { self.path = path }

  /// The user's own: `dermgemma/digests` below `XDG_CACHE_HOME` or `~/.cache`; `nil` where neither is known.
  public init?(environment: [String: String]) {
    func folder(_ name: String) -> String? { environment[name].flatMap { $0.hasPrefix("/") ? $0 : nil } }
    guard let cache = folder("XDG_CACHE_HOME") ?? folder("HOME").map({ $0 + "/.cache" }) else { return nil }
    path = cache + "/dermgemma/digests"
  }

  /// What is remembered of a state of a file; `nil` for nothing.
  public func entry(of file: FileIdentity) -> Entry? { entries()[file] }

  /// Remembers the digest of a state of a file, as confirmed now.
  public func remember(_ digest: SHA256Digest, of file: FileIdentity, now: Date = Date()) {
    let age = now.timeIntervalSince1970 - TimeInterval(max(file.changed, file.written)) / 1e9
    guard file.size >= Self.leastSize, age >= Self.leastAge else { return }
    var entries = entries()
    entries[file] = Entry(digest: digest, confirmed: Int64(now.timeIntervalSince1970))
    write(entries)
  }

  /// Remembers the digest of a file that was just read whole.
  public func remember(_ digest: SHA256Digest, ofFileAt path: String) {
    var status = stat()
    if stat(path, &status) == 0 { remember(digest, of: FileIdentity(status)) }
  }

  /// Forgets a state of a file.
  public func forget(_ file: FileIdentity) {
    var entries = entries()
    if entries.removeValue(forKey: file) != nil { write(entries) }
  }

  private func entries() -> [FileIdentity: Entry] {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK)
    guard descriptor >= 0 else { return [:] }
    let handle = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
    var status = stat()
    guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG, status.st_mode & 0o022 == 0,
      status.st_uid == geteuid(), let data = try? handle.read(upToCount: Self.mostBytes)
    else { return [:] }
    let lines = String(decoding: data, as: UTF8.self).split(separator: "\n")
    guard lines.first == Self.header[...] else { return [:] }
    return Dictionary(lines.dropFirst().compactMap(Self.parse), uniquingKeysWith: { $1 })
  }

  private static func parse(_ line: Substring) -> (FileIdentity, Entry)? {
    let fields = line.split(separator: " ")
    guard fields.count == 7, let device = UInt64(fields[0]), let inode = UInt64(fields[1]), let size = Int64(fields[2]),
      let written = Int64(fields[3]), let changed = Int64(fields[4]), let confirmed = Int64(fields[5]),
      let digest = SHA256Digest(hexadecimal: fields[6])
    else { return nil }
    let file = FileIdentity(device: device, inode: inode, size: size, written: written, changed: changed)
    return (file, Entry(digest: digest, confirmed: confirmed))
  }

  private func write(_ entries: [FileIdentity: Entry]) {
    let kept = entries.sorted { ($0.value.confirmed, $0.key.inode) > ($1.value.confirmed, $1.key.inode) }.prefix(
      Self.most)
    let lines = kept.map { file, entry in
      [
        "\(file.device)", "\(file.inode)", "\(file.size)", "\(file.written)", "\(file.changed)", "\(entry.confirmed)",
        entry.digest.hexadecimal,
      ].joined(separator: " ")
    }
    let folder = URL(fileURLWithPath: path).deletingLastPathComponent().path
    try? FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    guard let draft = try? AtomicFile(path, mode: 0o600) else { return }
    try? draft.write(([Self.header] + lines).joined(separator: "\n") + "\n")
    try? draft.finish()
  }
}

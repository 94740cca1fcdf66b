import AtomicFiles
import Concurrency
import Datasets
import Digests
import Faults
import Foundation

/// A list of images' digests, made once, so that not each of many shards has to read every image for its own.
///
/// A text file: `dermgemma-digests/1` and the number of images; then a line an image: SHA-256 (`-` for one that could not be
/// read), size in bytes, time of the last change in nanoseconds since 1970, and name, in which a backslash and a line's end are
/// `\\` and `\n`. An entry holds for a file of the same size and time; one of another time is read again.
public struct DigestList: Sendable {
  static let schema = "dermgemma-digests/1"
  /// Files read at once: network file systems answer slowly, and many questions at a time.
  private static let atOnce = 8

  /// What tells without reading it whether a file has changed.
  struct Stamp: Sendable, Hashable {
    var bytes: Int64
    var modified: Int64

    /// A file's; `nil` when there is none.
    init?(ofFileAt path: String) {
      var status = stat()
      guard FileName.withPath(path, { stat($0, &status) }) == 0 else { return nil }
      bytes = Int64(status.st_size)
      modified = Int64(status.st_mtim.tv_sec) &* 1_000_000_000 &+ Int64(status.st_mtim.tv_nsec)
    }

    init(bytes: Int64, modified: Int64) { (self.bytes, self.modified) = (bytes, modified) }
  }

  struct Entry: Sendable, Hashable {
    /// Empty for a file that could not be read.
    var digest: String
    var stamp: Stamp
  }

  /// The file's path.
  public let path: String
  private(set) var entries: [String: Entry]

  /// The names in it.
  public var names: Set<String> { Set(entries.keys) }

  /// Reads a list.
  ///
  /// - Throws: ``DigestListFault``.
  public init(path: String) throws(DigestListFault) {
    guard let data = FileManager.default.contents(atPath: path) else { throw .unreadable(list: path) }
    let lines = data.split(separator: UInt8(ascii: "\n"))
    let head = lines.first.map { String(decoding: $0, as: UTF8.self).split(separator: " ") } ?? []
    guard head.count == 2, head[0] == Self.schema, let count = Int(head[1]), count == lines.count - 1 else {
      throw .damaged(list: path, line: 1)
    }
    var entries: [String: Entry] = [:]
    entries.reserveCapacity(count)
    for (number, line) in lines.dropFirst().enumerated() {
      let fields = line.split(separator: UInt8(ascii: " "), maxSplits: 3)
      guard fields.count == 4, let (name, entry) = Self.entry(fields.map { String(decoding: $0, as: UTF8.self) }),
        entries.updateValue(entry, forKey: name) == nil
      else { throw .damaged(list: path, line: number + 2) }
    }
    self.path = path
    self.entries = entries
  }

  private static func entry(_ fields: [String]) -> (String, Entry)? {
    guard fields[0] == "-" || (fields[0].utf8.count == 64 && fields[0].utf8.allSatisfy(isDigit)),
      let bytes = Int64(fields[1]), let modified = Int64(fields[2])
    else { return nil }
    let isEscaped = fields[3].utf8.contains(UInt8(ascii: "\\"))
    let name = isEscaped ? fields[3].replacing(#/\\[\\n]/#) { $0.output == #"\n"# ? "\n" : #"\"# } : fields[3]
    let digest = fields[0] == "-" ? "" : fields[0]
    return (name, Entry(digest: digest, stamp: Stamp(bytes: bytes, modified: modified)))
  }

  private static func isDigit(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "f"): true
    default: false
    }
  }

  /// Makes a list, or renews one: an image whose size and time are those of the old list is not read again.
  ///
  /// - Parameters:
  ///   - images: name and path of each.
  ///   - path: the list's.
  ///   - progress: called with the number of images that were looked at.
  /// - Throws: `UnwritableFile`; what `progress` throws; `CancellationError`.
  public init(
    of images: [(name: String, path: String)], at path: String, progress: (_ done: Int, _ of: Int) throws -> Void
  ) async throws {
    let old = try? DigestList(path: path)
    var entries: [String: Entry] = [:]
    entries.reserveCapacity(images.count)
    try await images.forEachConcurrently(limit: Self.atOnce) { image -> Entry? in
      guard let stamp = Stamp(ofFileAt: image.path) else { return nil }
      if let known = old?.entries[image.name], known.stamp == stamp, !known.digest.isEmpty { return known }
      let digest: SHA256Digest?
      do { digest = try await SHA256Digest.ofFile(at: image.path) } catch is UnreadableFile { digest = nil }
      return Entry(digest: digest?.hexadecimal ?? "", stamp: stamp)
    } ended: { image, entry in
      // A link that leads nowhere fails in its place.
      entries[image.name] = entry ?? Entry(digest: "", stamp: Stamp(bytes: 0, modified: 0))
      try progress(entries.count, images.count)
    }
    self.path = path
    self.entries = entries
    guard old?.entries != entries else { return }
    let file = try AtomicFile(path, draft: .named, mode: 0o644)
    try file.write("\(Self.schema) \(entries.count)\n")
    for (name, _) in images {
      guard let entry = entries[name] else { continue }
      let digest = entry.digest.isEmpty ? "-" : entry.digest
      let written = name.replacing(#"\"#, with: #"\\"#).replacing("\n", with: #"\n"#)
      try file.write("\(digest) \(entry.stamp.bytes) \(entry.stamp.modified) \(written)\n")
    }
    try file.finish(durably: true)
  }

  /// An image's digest; empty for a file that cannot be read.
  ///
  /// - Parameters:
  ///   - name: as the list has it.
  ///   - file: the image's path.
  ///   - shard: the part of a run that asks, which looks at no image of another part; `nil` to look at every image.
  ///   - check: counts how the digest was found.
  /// - Throws: ``DigestListFault`` when the image is not in the list, or has changed since.
  public func digest(
    of name: String, at file: String, for shard: Shard? = nil, counting check: inout DigestCheck
  ) throws(DigestListFault) -> String {
    try digest(of: name, at: file, counting: &check) { shard?.holds(imageNamed: name, digest: $0) ?? true }
  }

  /// An image's digest; empty for a file that cannot be read.
  ///
  /// - Parameters:
  ///   - name: as the list has it.
  ///   - file: the image's path.
  ///   - check: counts how the digest was found.
  ///   - isOwn: says of the listed digest whether the image is one to look at.
  /// - Throws: ``DigestListFault`` when the image is not in the list, or has changed since.
  public func digest(
    of name: String, at file: String, counting check: inout DigestCheck, isOwn: (_ digest: String) -> Bool
  ) throws(DigestListFault) -> String {
    guard let entry = entries[name] else { throw .unlisted(image: name, list: path) }
    guard isOwn(entry.digest) else {
      check.taken += 1
      return entry.digest
    }
    let stamp = Stamp(ofFileAt: file)
    if stamp == entry.stamp, !entry.digest.isEmpty {
      check.unchanged += 1
      return entry.digest
    }
    // A copy keeps the bytes and not the time.
    guard stamp?.bytes == entry.stamp.bytes || entry.digest.isEmpty,
      ((try? SHA256Digest(ofFileAt: file))?.hexadecimal ?? "") == entry.digest
    else { throw .changed(image: name, list: path) }
    check.read += 1
    return entry.digest
  }

  /// Makes sure that the list names nothing but some images.
  ///
  /// - Throws: ``DigestListFault`` that names an image which is gone.
  func requireNoOthers(than names: some Sequence<String>) throws(DigestListFault) {
    let gone = self.names.subtracting(names)
    if let first = gone.min() { throw .gone(image: first, more: gone.count - 1, list: path) }
  }
}

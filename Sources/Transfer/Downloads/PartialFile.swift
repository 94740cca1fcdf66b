import Faults
import Foundation
import Synchronization

/// A file that is being downloaded in chunks, with a journal of the complete ones, so that another run can resume.
///
/// It is `PATH.part` with `PATH.pieces` beside it until it is finished: `hf cache prune` deletes everything that ends
/// in `.incomplete`, even a file that is being downloaded. Chunks are written by several threads to places that do not
/// overlap; what they share is behind `state`.
final class PartialFile: Sendable {
  let size: Int64
  let chunkSize: Int64
  let path: String
  private let descriptor: Int32
  private let journal: Int32
  private let state: Mutex<State>

  private struct State {
    var whole: [Bool]
    /// Bytes received of incomplete chunks.
    var underway: Int64 = 0
  }

  var partPath: String { Self.partPath(of: path) }
  private var journalPath: String { Self.journalPath(of: path) }

  /// Where the bytes are until all are there.
  static func partPath(of path: String) -> String { path + ".part" }
  private static func journalPath(of path: String) -> String { path + ".pieces" }
  /// Where they were before the name was changed.
  private static func formerPath(of path: String) -> String { path + ".incomplete" }
  /// All files that an unfinished one may have.
  static func leftovers(of path: String) -> [String] {
    [partPath(of: path), journalPath(of: path), formerPath(of: path)]
  }
  var chunkCount: Int { Int((size + chunkSize - 1) / chunkSize) }

  /// Opens what an earlier run left of the same file, or starts over.
  ///
  /// - Parameter identity: names the very content (its digest or entity tag): chunks of another are not kept.
  /// - Throws: `TransferFault.unwritable`.
  init(path: String, size: Int64, chunkSize: Int64, identity: String) throws(TransferFault) {
    self.path = path
    self.size = size
    self.chunkSize = chunkSize
    func opened(_ path: String, _ flags: Int32) throws(TransferFault) -> Int32 {
      // The process's umask decides who else may write: in a cache that a group shares, another user may resume.
      let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC | flags, 0o666)
      guard descriptor >= 0 else { throw .unwritable(path: path, reason: String(cString: strerror(errno))) }
      return descriptor
    }
    let count = Int((size + chunkSize - 1) / chunkSize)
    let head = "dermgemma-pieces 1 \(size) \(chunkSize) \(identity.filter { !$0.isWhitespace })"
    var whole = [Bool](repeating: false, count: count)
    let (part, pieces) = (Self.partPath(of: path), Self.journalPath(of: path))
    if !FileManager.default.fileExists(atPath: part) { rename(Self.formerPath(of: path), part) }
    let text = FileManager.default.contents(atPath: pieces).map { String(decoding: $0, as: UTF8.self) } ?? ""
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
    let goesOn = lines.first.map { $0 == head } == true && FileManager.default.fileExists(atPath: part)
    // The last line has no newline when writing it was cut short: it does not count.
    if goesOn {
      for line in lines.dropFirst().dropLast() {
        if let index = Int(line), whole.indices.contains(index) { whole[index] = true }
      }
    }
    descriptor = try opened(part, goesOn ? 0 : O_TRUNC)
    journal = try opened(pieces, O_TRUNC)
    state = Mutex(State(whole: whole))
    let kept = whole.indices.filter { whole[$0] }
    try Self.write([UInt8](([head] + kept.map { "\($0)" }).map { $0 + "\n" }.joined().utf8)[...], to: journal, path)
    guard ftruncate(descriptor, off_t(size)) == 0 else {
      throw .unwritable(path: path, reason: String(cString: strerror(errno)))
    }
  }

  deinit {
    close(descriptor)
    close(journal)
  }

  /// The bytes of a chunk, as places in the file.
  func range(ofChunk index: Int) -> Range<Int64> {
    let start = Int64(index) * chunkSize
    return start..<min(size, start + chunkSize)
  }

  func isWhole(_ index: Int) -> Bool { state.withLock { $0.whole[index] } }

  /// Bytes that are there, finished chunks and unfinished.
  var received: Int64 {
    state.withLock { state in
      state.underway
        + state.whole.indices.reduce(0) { sum, index in
          state.whole[index] ? sum + range(ofChunk: index).upperBound - range(ofChunk: index).lowerBound : sum
        }
    }
  }

  /// Writes bytes of a chunk that is not whole yet.
  func write(_ bytes: UnsafeRawBufferPointer, at place: Int64) throws(TransferFault) {
    var written = 0
    while written < bytes.count {
      let count = pwrite(
        descriptor, bytes.baseAddress.map { $0 + written }, bytes.count - written, off_t(place) + off_t(written))
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { throw .unwritable(path: partPath, reason: String(cString: strerror(errno))) }
      written += count
    }
    state.withLock { $0.underway += Int64(bytes.count) }
  }

  /// Records that a chunk is complete, or (`nil`) that bytes of it which were counted are void.
  func finish(chunk index: Int) throws(TransferFault) {
    let range = range(ofChunk: index)
    let isNew = state.withLock { state in
      state.underway -= range.upperBound - range.lowerBound
      defer { state.whole[index] = true }
      return !state.whole[index]
    }
    if isNew { try Self.write([UInt8]("\(index)\n".utf8)[...], to: journal, journalPath) }
  }

  /// Discounts bytes that were written but have to be downloaded again.
  func forget(_ count: Int64) { state.withLock { $0.underway -= count } }

  /// Reads into a buffer from a place in the file.
  func read(_ buffer: UnsafeMutableRawBufferPointer, at place: Int64) throws(TransferFault) -> Int {
    let count = pread(descriptor, buffer.baseAddress, buffer.count, off_t(place))
    guard count >= 0 else { throw .unwritable(path: partPath, reason: String(cString: strerror(errno))) }
    return count
  }

  /// Renames the complete file into place; waits for the disk.
  func complete() throws {
    guard fsync(descriptor) == 0 else {
      throw TransferFault.unwritable(path: path, reason: String(cString: strerror(errno)))
    }
    if rename(partPath, path) != 0 {
      guard errno == ENOENT else {
        throw TransferFault.unwritable(path: path, reason: String(cString: strerror(errno)))
      }
      // The cache was cleaned meanwhile. The bytes remain for as long as the file is open.
      try copyBack()
    }
    unlink(journalPath)
  }

  private func copyBack() throws {
    do {
      try FileManager.default.createDirectory(
        at: URL(fileURLWithPath: path).deletingLastPathComponent(), withIntermediateDirectories: true)
    } catch {
      throw TransferFault.unwritable(path: path, reason: plainReason(of: error, at: path))
    }
    let copy = open(partPath, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o666)
    guard copy >= 0 else { throw TransferFault.unwritable(path: partPath, reason: String(cString: strerror(errno))) }
    defer { close(copy) }
    var buffer = [UInt8](repeating: 0, count: 1 << 20)
    var place: Int64 = 0
    while place < size {
      let at = place
      let count = try buffer.withUnsafeMutableBytes { try read($0, at: at) }
      guard count > 0 else {
        throw TransferFault.unwritable(path: partPath, reason: "it shrank while it was read")
      }
      try Self.write(buffer.prefix(count), to: copy, partPath)
      place += Int64(count)
    }
    guard fsync(copy) == 0, rename(partPath, path) == 0 else {
      throw TransferFault.unwritable(path: path, reason: String(cString: strerror(errno)))
    }
  }

  /// Removes what was fetched.
  func discard() {
    unlink(partPath)
    unlink(journalPath)
  }

  private static func write(_ bytes: ArraySlice<UInt8>, to descriptor: Int32, _ path: String) throws(TransferFault) {
    var rest = bytes
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes { Foundation.write(descriptor, $0.baseAddress, $0.count) }
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { throw .unwritable(path: path, reason: String(cString: strerror(errno))) }
      rest = rest.dropFirst(count)
    }
  }
}

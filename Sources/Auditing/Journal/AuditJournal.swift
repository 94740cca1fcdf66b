import AtomicFiles
import Foundation
import Synchronization

/// The answers of an audit as they come: a file to which whole lines are appended, one for each image.
///
/// A process that is killed leaves at most a torn last line, which is cut off when the audit is resumed. Only the places of
/// the lines are in memory.
final class AuditJournal: Sendable {
  /// The file's name in the folder.
  static let fileName = "answers.jsonl"

  /// One line.
  enum Line: Codable, Sendable {
    case header(AuditHeader)
    case image(ImageRecord)
    case pair(PairRecord)
  }

  private struct State {
    var end: UInt64
    var images: [Int: Range<UInt64>] = [:]
    var pairs: [Int: Range<UInt64>] = [:]
  }

  let path: String
  private let descriptor: Int32
  private let state: Mutex<State>
  /// What the journal's first line says; `nil` for a new journal.
  let header: AuditHeader?

  /// Opens a journal, and cuts off what was being written when a process was killed.
  ///
  /// - Throws: `UnwritableFile`; ``BrokenJournal``.
  init(_ path: String) throws {
    self.path = path
    descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else { throw UnwritableFile(path: path) }
    var found = State(end: 0)
    var header: AuditHeader?
    do {
      header = try Self.scan(descriptor, path, &found)
    } catch {
      close(descriptor)
      throw error
    }
    self.header = header
    state = Mutex(found)
  }

  deinit { close(descriptor) }

  private static func scan(_ descriptor: Int32, _ path: String, _ state: inout State) throws -> AuditHeader? {
    let handle = FileHandle(fileDescriptor: descriptor, closeOnDealloc: false)
    var header: AuditHeader?
    var pending = Data()
    var number = 0
    while let piece = try handle.read(upToCount: 1 << 20), !piece.isEmpty {
      try Task.checkCancellation()
      pending += piece
      while let newline = pending.firstIndex(of: UInt8(ascii: "\n")) {
        let text = pending[pending.startIndex..<newline]
        number += 1
        let range = state.end..<(state.end + UInt64(text.count) + 1)
        guard let line = try? JSONDecoder().decode(Line.self, from: text) else {
          throw BrokenJournal(path: path, line: number)
        }
        switch line {
        case .header(let one): header = one
        case .image(let record): state.images[record.position] = range
        case .pair(let record): state.pairs[record.position] = range
        }
        state.end = range.upperBound
        pending = Data(pending[pending.index(after: newline)...])
      }
    }
    if header == nil { state = State(end: 0) }
    guard ftruncate(descriptor, off_t(state.end)) == 0 else { throw UnwritableFile(path: path) }
    return header
  }

  /// Positions of images that are done.
  var images: Set<Int> { state.withLock { Set($0.images.keys) } }
  /// Positions of images whose arms between images are done.
  var pairs: Set<Int> { state.withLock { Set($0.pairs.keys) } }

  /// Appends a line; it is whole in the file, or cut off later.
  ///
  /// - Throws: `UnwritableFile`.
  func append(_ line: Line) throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    let bytes = Array(try encoder.encode(line)) + [UInt8(ascii: "\n")]
    try state.withLock { state in
      var written = 0
      while written < bytes.count {
        let count = bytes[written...].withUnsafeBytes {
          pwrite(descriptor, $0.baseAddress, $0.count, off_t(state.end) + off_t(written))
        }
        guard count > 0 || errno == EINTR else { throw UnwritableFile(path: path) }
        written += max(count, 0)
      }
      let range = state.end..<(state.end + UInt64(bytes.count))
      switch line {
      case .header: break
      case .image(let record): state.images[record.position] = range
      case .pair(let record): state.pairs[record.position] = range
      }
      state.end = range.upperBound
    }
  }

  /// What was found out of an image; `nil` if it is not done.
  ///
  /// - Throws: ``BrokenJournal``.
  func image(_ position: Int) throws -> ImageRecord? {
    guard case .image(let record)? = try line(state.withLock { $0.images[position] }) else { return nil }
    return record
  }

  /// What arms between images found out of an image; `nil` if that is not done.
  ///
  /// - Throws: ``BrokenJournal``.
  func pair(_ position: Int) throws -> PairRecord? {
    guard case .pair(let record)? = try line(state.withLock { $0.pairs[position] }) else { return nil }
    return record
  }

  private func line(_ range: Range<UInt64>?) throws -> Line? {
    guard let range else { return nil }
    var bytes = [UInt8](repeating: 0, count: Int(range.upperBound - range.lowerBound))
    let count = pread(descriptor, &bytes, bytes.count, off_t(range.lowerBound))
    guard count == bytes.count, let line = try? JSONDecoder().decode(Line.self, from: Data(bytes)) else {
      throw BrokenJournal(path: path, line: nil)
    }
    return line
  }
}

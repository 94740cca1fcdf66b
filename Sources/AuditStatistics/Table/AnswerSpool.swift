import AtomicFiles
import Dermoscopy
import Foundation
import Synchronization

/// Answers in a file without a name, in the order in which they were added: an audit has some hundreds of each image, and only
/// what they have in common is in memory.
///
/// The file is gone when nobody holds the spool any more, or the process is killed.
public final class AnswerSpool: Sendable {
  /// Answers that are read at once when all are.
  static let piece = 2048

  fileprivate struct State {
    var count = 0
    /// Where the next words go.
    var wordsEnd: UInt64 = 0
    var originals: [AuditAnswer.Shared<AuditAnswer.Original>] = []
    var numbers: [AuditAnswer.Shared<AuditAnswer.Original>: Int32] = [:]
    var names: [String] = []
    var nameNumbers: [String: Int32] = [:]
    /// Records that are not in the file yet.
    var pending: [UInt8] = []
    var pendingWords: [UInt8] = []
    var fault: UnwritableFile?
  }

  private let folder: String
  private let records: Int32
  private let words: Int32
  private let state: Mutex<State>

  /// An empty spool.
  ///
  /// - Parameter folder: where its file is while it lasts; `nil` for the folder of temporary files.
  /// - Throws: `UnwritableFile`.
  public init(in folder: String? = nil) throws(UnwritableFile) {
    self.folder = folder ?? FileManager.default.temporaryDirectory.path
    records = try Self.unnamed(self.folder)
    do {
      words = try Self.unnamed(self.folder)
    } catch {
      close(records)
      throw error
    }
    state = Mutex(State())
  }

  deinit {
    close(records)
    close(words)
  }

  private static func unnamed(_ folder: String) throws(UnwritableFile) -> Int32 {
    let path = "\(folder)/.dermgemma-answers-\(UUID().uuidString.prefix(13))"
    let descriptor = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else { throw UnwritableFile(path: folder) }
    unlink(path)
    return descriptor
  }

  /// How many answers there are.
  public var count: Int { state.withLock { $0.count } }

  /// The first error of the file, after which answers that were read may be wrong.
  ///
  /// - Throws: `UnwritableFile`.
  public func check() throws(UnwritableFile) {
    if let fault = state.withLock({ $0.fault }) { throw fault }
  }

  // MARK: Writing

  /// Adds an answer.
  ///
  /// - Parameter line: where it was read, to point at.
  /// - Throws: `UnwritableFile`.
  func append(_ answer: AuditAnswer, line: Int = 0) throws(UnwritableFile) {
    let full = state.withLock { state in
      var record = AnswerRecord(answer, line: line)
      record.original = state.number(of: answer.original)
      record.arm = state.number(of: answer.arm)
      record.attribute = answer.attribute.map { state.number(of: $0) } ?? -1
      if !answer.words.isEmpty {
        let text = Array(answer.words.map { "\($0.key)\u{1F}\($0.value)" }.joined(separator: "\u{1E}").utf8)
        (record.wordsStart, record.wordsCount) = (state.wordsEnd, Int32(text.count))
        state.wordsEnd += UInt64(text.count)
        state.pendingWords += text
      }
      withUnsafeBytes(of: record) { state.pending += $0 }
      state.count += 1
      return state.pending.count >= Self.piece * AnswerRecord.size
    }
    if full { try flush() }
  }

  /// Puts what was added into the file; before that it cannot be read.
  ///
  /// - Throws: `UnwritableFile`.
  func flush() throws(UnwritableFile) {
    let isWritten = state.withLock { state in
      let start = state.count * AnswerRecord.size - state.pending.count
      let wordsStart = Int(state.wordsEnd) - state.pendingWords.count
      let isWritten =
        Self.write(state.pending, to: records, at: start) && Self.write(state.pendingWords, to: words, at: wordsStart)
      state.pending.removeAll(keepingCapacity: true)
      state.pendingWords.removeAll(keepingCapacity: true)
      return isWritten
    }
    guard isWritten else { throw UnwritableFile(path: folder) }
  }

  private static func write(_ bytes: [UInt8], to descriptor: Int32, at start: Int) -> Bool {
    var written = 0
    while written < bytes.count {
      let count = bytes[written...].withUnsafeBytes {
        pwrite(descriptor, $0.baseAddress, $0.count, off_t(start + written))
      }
      guard count > 0 || (count < 0 && errno == EINTR) else { return false }
      written += max(count, 0)
    }
    return true
  }

  // MARK: Reading

  /// An answer by its place, from 0.
  ///
  /// - Parameter withWords: whether its words are read too.
  func answer(_ index: Int, withWords: Bool = true) -> AuditAnswer? {
    read(index..<(index + 1), withWords: withWords).first?.answer
  }

  /// Calls a function with each answer in order.
  ///
  /// - Parameters:
  ///   - withWords: whether their words are read too.
  ///   - body: what is done with each.
  public func forEach(withWords: Bool = true, _ body: (AuditAnswer) throws -> Void) rethrows {
    let count = count
    var start = 0
    while start < count {
      let end = min(start + Self.piece, count)
      for one in read(start..<end, withWords: withWords) { try body(one.answer) }
      start = end
    }
  }

  /// Calls a function with each answer, without its words, and its line.
  func forEachLine(_ body: (AuditAnswer, Int32) -> Void) {
    for start in stride(from: 0, to: count, by: Self.piece) {
      for one in read(start..<min(start + Self.piece, count), withWords: false) {
        body(one.answer, Int32(truncatingIfNeeded: one.line))
      }
    }
  }

  /// All answers, in memory.
  var all: [AuditAnswer] {
    var all: [AuditAnswer] = []
    all.reserveCapacity(count)
    forEach { all.append($0) }
    return all
  }

  private func read(_ range: Range<Int>, withWords: Bool) -> [(answer: AuditAnswer, line: Int)] {
    let size = AnswerRecord.size
    var bytes = [UInt8](repeating: 0, count: range.count * size)
    guard range.lowerBound >= 0, read(&bytes, records, at: range.lowerBound * size) else { return [] }
    return range.indices.compactMap { index in
      let start = (index - range.lowerBound) * size
      let record = bytes[start..<(start + size)].withUnsafeBytes { $0.loadUnaligned(as: AnswerRecord.self) }
      var words: [String: String] = [:]
      if withWords, record.wordsCount > 0 {
        var text = [UInt8](repeating: 0, count: Int(record.wordsCount))
        guard read(&text, self.words, at: Int(record.wordsStart)) else { return nil }
        for part in String(decoding: text, as: UTF8.self).split(separator: "\u{1E}") {
          let sides = part.split(separator: "\u{1F}", maxSplits: 1, omittingEmptySubsequences: false)
          words[String(sides[0])] = sides.count > 1 ? String(sides[1]) : ""
        }
      }
      return state.withLock { state in
        let (original, arm) = (Int(record.original), Int(record.arm))
        guard state.originals.indices.contains(original), state.names.indices.contains(arm) else { return nil }
        let attribute = record.attribute < 0 ? nil : state.names[Int(record.attribute)]
        return (
          record.answer(state.originals[original], arm: state.names[arm], attribute: attribute, words: words),
          Int(record.line)
        )
      }
    }
  }

  private func read(_ bytes: inout [UInt8], _ descriptor: Int32, at start: Int) -> Bool {
    var done = 0
    let wanted = bytes.count
    while done < wanted {
      let count = bytes.withUnsafeMutableBytes {
        pread(descriptor, $0.baseAddress.map { $0 + done }, wanted - done, off_t(start + done))
      }
      guard count > 0 || (count < 0 && errno == EINTR) else {
        let fault = UnwritableFile(path: folder)
        state.withLock { if $0.fault == nil { $0.fault = fault } }
        return false
      }
      done += max(count, 0)
    }
    return true
  }
}

extension AnswerSpool.State {
  /// The number of what answers say of an original; strings that the last one has too are held once.
  mutating func number(of original: AuditAnswer.Shared<AuditAnswer.Original>) -> Int32 {
    if let number = numbers[original] { return number }
    var value = original.value
    if let last = originals.last?.value, last.image == value.image {
      value.image = last.image
      if value.lesion == last.lesion { value.lesion = last.lesion }
      if value.picture == last.picture { value.picture = last.picture }
      if value.group == last.group { value.group = last.group }
    }
    let shared = AuditAnswer.Shared(value)
    let number = Int32(truncatingIfNeeded: originals.count)
    originals.append(shared)
    numbers[shared] = number
    return number
  }

  mutating func number(of name: String) -> Int32 {
    if let number = nameNumbers[name] { return number }
    let number = Int32(truncatingIfNeeded: names.count)
    names.append(name)
    nameNumbers[name] = number
    return number
  }
}

import Foundation
import Validation

extension ShardProgress {
  /// Looks at a part of an audit. Nothing in its folder is changed, and a process that reads it is not disturbed.
  ///
  /// - Parameters:
  ///   - shard: which part of the audit.
  ///   - folder: the part's folder, which need not be there.
  /// - Throws: `MergeFault` when another part, or something else, is there; `BrokenJournal`.
  public init(ofAudit shard: Shard, in folder: String) throws {
    self.init()
    let isHeld = RunFolder.isInUse(folder)
    if isHeld { state = .running }
    let found = try JournalGlance(at: "\(folder)/\(AuditJournal.fileName)")
    guard let header = found?.header else { return }
    guard header.shard == shard else {
      throw MergeFault("\(folder) is \(header.shard?.description ?? "a whole audit"), and should be \(shard)")
    }
    (images, imagesOfTheRun) = (header.shardImages, header.images)
    let known = found?.images ?? [:]
    failed = known.values.count { $0 }
    read = known.count - failed
    if !isHeld { state = known.count == header.shardImages ? .done : .stopped }
  }
}

/// A journal as it is now: what is written to it meanwhile is not seen, and its torn last line is left alone.
private struct JournalGlance {
  /// The first line; `nil` while it is being written.
  private(set) var header: AuditHeader?
  /// Positions of images that are done, and whether each has failed; the last line of an image counts.
  private(set) var images: [Int: Bool] = [:]

  /// As much of a line as tells how far an audit is.
  private struct Line: Decodable {
    struct Image: Decodable {
      var record: Record

      enum CodingKeys: String, CodingKey { case record = "_0" }
    }
    struct Record: Decodable {
      var position: Int
      var failed: ImageRecord.Unread?
    }

    var image: Image?
  }

  /// Looks at a journal; `nil` when there is none.
  ///
  /// - Throws: ``BrokenJournal``.
  init?(at path: String) throws {
    guard let file = FileHandle(forReadingAtPath: path) else { return nil }
    defer { try? file.close() }
    let decoder = JSONDecoder()
    var pending = Data()
    var number = 0
    while let piece = try file.read(upToCount: 1 << 20), !piece.isEmpty {
      pending += piece
      var rest = pending[...]
      while let end = rest.firstIndex(of: UInt8(ascii: "\n")) {
        let text = rest[rest.startIndex..<end]
        number += 1
        rest = rest[rest.index(after: end)...]
        if number == 1 {
          guard case .header(let first)? = try? decoder.decode(AuditJournal.Line.self, from: text) else {
            throw BrokenJournal(path: path, line: 1)
          }
          header = first
          continue
        }
        guard let line = try? decoder.decode(Line.self, from: text) else {
          throw BrokenJournal(path: path, line: number)
        }
        if let record = line.image?.record { images[record.position] = record.failed != nil }
      }
      pending = Data(rest)
    }
  }
}

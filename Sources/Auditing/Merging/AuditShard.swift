import Foundation
import Validation

/// A part of an audit as it was left in its folder. Nobody else writes there as long as this value exists.
final class AuditShard {
  /// The folder, as it was named.
  let name: String
  let journal: AuditJournal
  let header: AuditHeader
  /// Which part of the audit it is.
  let shard: Shard
  private let lock: RunFolder

  /// Whether a folder holds an audit's answers.
  static func hasAnswers(_ folder: String) -> Bool {
    FileManager.default.fileExists(atPath: "\(folder)/\(AuditJournal.fileName)")
  }

  /// Looks at a shard.
  ///
  /// - Throws: `MergeFault` for a folder that holds no shard of an audit; `RunFolderFault.inUse` while it is being written.
  init(_ name: String) throws {
    guard Self.hasAnswers(name) else {
      throw MergeFault("\(name) is no shard of an audit: it has no \(AuditJournal.fileName)")
    }
    lock = try RunFolder(name)
    self.name = lock.path
    journal = try AuditJournal(lock.file(AuditJournal.fileName))
    guard let header = journal.header, let shard = header.shard else {
      throw MergeFault("\(name) is no shard: it was not written with --shard")
    }
    (self.header, self.shard) = (header, shard)
  }

  /// What is wrong with its answers, beside the images that it should have; empty if nothing is.
  func problems(_ sample: [Sample]) throws -> [String] {
    let own = sample.filter(shard.holds)
    let there = journal.images
    var problems: [String] = []
    let missing = own.filter { !there.contains($0.position) }
    if let first = missing.first {
      problems.append(
        "\(name), \(shard): \(missing.count) of \(own.count) images are not read yet, the first of them \(first.name); "
          + "continue with --resume")
    }
    let strangers = there.subtracting(own.map(\.position)).sorted()
    if let first = strangers.first {
      let image = try journal.image(first)?.image ?? "image \(first)"
      problems.append("\(name), \(shard): \(strangers.count) of its images are not its own, the first of them \(image)")
    }
    return problems
  }
}

import Validation

/// The shards of one audit.
///
/// Merging does what the last of them could not: it asks what goes between images, computes the figures and paints the
/// report's pictures. So it needs the images, the labels and the model again.
public struct AuditShardSet {
  /// By number.
  let shards: [AuditShard]
  /// What the whole audit depends on.
  let header: AuditHeader

  /// Whether a folder holds an audit, or a part of one.
  public static func isAudit(_ folder: String) -> Bool { AuditShard.hasAnswers(folder) }

  /// Puts shards together.
  ///
  /// - Parameter names: their folders, in any order.
  /// - Throws: `MergeFault`, which names what is missing, there twice, or of another audit; `RunFolderFault.inUse` while one
  ///   is being written.
  public init(_ names: [String]) throws {
    var shards: [AuditShard] = []
    var problems: [String] = []
    for name in names {
      do {
        if let twice = shards.first(where: { $0.name == name }) { throw MergeFault("\(twice.name) is named twice") }
        shards.append(try AuditShard(name))
      } catch let fault as MergeFault {
        problems += fault.problems
      }
    }
    shards.sort { $0.shard.index < $1.shard.index }
    guard problems.isEmpty, let first = shards.first else {
      throw problems.isEmpty ? MergeFault("there are none") : MergeFault(problems: problems)
    }
    for other in shards.dropFirst() {
      let differences = Self.differences(other.header, first.header)
      if !differences.isEmpty {
        problems.append("\(other.name) is of another audit than \(first.name): \(differences.joined(separator: "; "))")
      }
    }
    guard problems.isEmpty else { throw MergeFault(problems: problems) }
    problems = Shard.problems(shards.map { ($0.shard, $0.name) })
    guard problems.isEmpty else { throw MergeFault(problems: problems) }
    self.shards = shards
    var header = first.header
    (header.shard, header.shardImages, header.ownMasksDigest) = (nil, nil, nil)
    header.started = shards.map(\.header.started).min() ?? header.started
    self.header = header
  }

  /// The whole audit's command line, without the folder that it writes to.
  public var command: [String] { header.command ?? [] }

  /// What one shard's audit has that another's has not, in words.
  private static func differences(_ one: AuditHeader, _ other: AuditHeader) -> [String] {
    var (one, other) = (one, other)
    var differences: [String] = []
    if one.shard?.count != other.shard?.count {
      differences.append("the number of shards (\(one.shard?.count ?? 1), not \(other.shard?.count ?? 1))")
    }
    if one.version != other.version { differences.append("the version (\(one.version), not \(other.version))") }
    if one.available != other.available {
      differences.append("the images (\(one.available), not \(other.available))")
    }
    (one.shard, other.shard) = (nil, nil)
    // Each has the masks of its own images.
    (one.ownMasksDigest, other.ownMasksDigest) = (nil, nil)
    return differences + one.changes(since: other)
  }

  /// What the whole audit depends on, with all masks, once each part's are those that it was read with.
  ///
  /// - Parameters:
  ///   - masks: the masks as they are now.
  ///   - sample: the whole audit's images.
  /// - Throws: `MergeFault` for masks that have changed; a `Fault` for one that cannot be read; `CancellationError`.
  func header(with masks: MaskFolder?, _ sample: [Sample]) throws -> AuditHeader {
    guard header.maskNamesDigest != nil, let masks else { return header }
    let changed = try shards.filter { shard in
      try masks.identity(ofPart: sample.lazy.filter(shard.shard.holds).map(\.name)) != shard.header.masks
    }
    guard changed.isEmpty else {
      throw MergeFault(problems: changed.map { "\($0.name), \($0.shard): since it was read, the masks changed" })
    }
    var whole = header
    whole.masks = try masks.identity()
    return whole
  }

  /// Makes sure that together they hold the answers about each image, and about no other.
  ///
  /// - Parameter sample: the whole audit's images.
  /// - Throws: `MergeFault`.
  func check(_ sample: [Sample]) throws {
    let problems = try shards.flatMap { try $0.problems(sample) }
    guard problems.isEmpty else { throw MergeFault(problems: problems) }
  }

  /// Takes all answers into a whole audit's journal.
  ///
  /// - Parameters:
  ///   - journal: with nothing but its header.
  ///   - sample: the whole audit's images.
  /// - Throws: `MergeFault` for answers about another image; `UnwritableFile`; `CancellationError`.
  func copy(into journal: AuditJournal, _ sample: [Sample]) throws {
    for one in sample {
      try Task.checkCancellation()
      let shard = shards[Shard.index(of: one, among: shards.count)]
      guard let record = try shard.journal.image(one.position), record.image == one.name else {
        throw MergeFault("\(shard.name), \(shard.shard): its answers about \(one.name) are of another image")
      }
      try journal.append(.image(record))
    }
  }
}

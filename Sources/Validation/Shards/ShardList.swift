import AtomicFiles
import Dermoscopy
import Foundation
import JSON
import Records

/// What a shard knows of the whole run, and its own images: `shard.jsonl` in its folder. `merge` needs nothing else besides
/// the records and the thumbnails, above all neither images nor labels.
public struct ShardList: Sendable {
  /// The file's name.
  public static let fileName = "shard.jsonl"
  static let schema = "dermgemma-shard/1"

  /// The file's first line.
  public struct Head: Sendable, Hashable, Codable {
    var schema = ShardList.schema
    /// The shard's run in the records.
    public var run: RecordID
    /// Which part of the whole run it is.
    public var shard: Shard
    /// The command line of the whole run, without the folder that it writes to.
    public var command: [String]
    /// Images of the whole run.
    public var total: Int
    /// Images of the shard.
    public var count: Int
    /// ``Manifest/imagesDigest`` of the whole run.
    public var imagesDigest: String
    /// ``Manifest/labelsDigest`` of the whole run.
    public var labelsDigest: String
    /// The whole run's, without what follows from its images.
    public var coverage: LabelCoverage
    /// How the whole run's pictures are grouped by lesion; `nil`, and no key, if they are not.
    var lesions: LesionNames.Head?

    enum CodingKeys: String, CodingKey {
      case schema, run
      case shard = "part"
      case command
      case total = "images_of_the_run"
      case count = "images"
      case imagesDigest = "images_sha256"
      case labelsDigest = "labels_sha256"
      case coverage, lesions
    }
  }

  /// Each other line.
  private struct Line: Codable {
    var position: Int
    var name: String
    var sha256: String
    var truth: GroundTruth?
    var metadata: ClinicalMetadata
    /// The lesion that a column names.
    var group: String?
  }

  /// The first line.
  public let head: Head
  /// The shard's images, by position.
  public internal(set) var samples: [Sample]
  /// The lesions that a column names, by position.
  var lesions: [Int: String] = [:]

  /// Writes a shard's list.
  ///
  /// - Parameters:
  ///   - manifest: the shard's part of the run's.
  ///   - run: the shard's run in the records.
  ///   - command: the whole run's.
  ///   - lesions: the whole run's; `nil` if its pictures are not grouped.
  ///   - folder: the shard's.
  /// - Throws: `UnwritableFile`.
  static func write(
    _ manifest: Manifest, of run: RecordID, command: [String], lesions: LesionNames?, to folder: RunFolder
  ) throws {
    guard let shard = manifest.shard else { return }
    let head = Head(
      run: run, shard: shard, command: command, total: manifest.total, count: manifest.entries.count,
      imagesDigest: manifest.imagesDigest, labelsDigest: manifest.labelsDigest,
      coverage: manifest.coverage.withoutImages, lesions: lesions.map(LesionNames.Head.init))
    let file = try AtomicFile(folder.file(fileName), draft: .named, mode: 0o644)
    try file.write(try OrderedJSON.line(head) + "\n")
    for sample in manifest.entries {
      let line = Line(
        position: sample.position, name: sample.name, sha256: sample.digest, truth: sample.truth,
        metadata: sample.metadata, group: lesions?.names[sample.position])
      try file.write(try OrderedJSON.line(line) + "\n")
    }
    try file.finish(durably: true)
  }

  /// Reads the list in a folder; `nil` when there is none.
  ///
  /// - Parameters:
  ///   - folder: the shard's folder.
  ///   - name: what messages call the folder.
  /// - Throws: ``MergeFault`` for a list that this program did not write.
  public init?(in folder: String, called name: String) throws(MergeFault) {
    let path = folder + "/" + Self.fileName
    guard let data = FileManager.default.contents(atPath: path) else { return nil }
    var lines = data.split(separator: UInt8(ascii: "\n"))[...]
    let decoder = JSONDecoder()
    guard let first = lines.popFirst(), let head = try? decoder.decode(Head.self, from: first),
      head.schema == Self.schema
    else { throw MergeFault("\(name): \(Self.fileName) is not a list that this version of the program reads") }
    guard head.total >= 0, head.count == lines.count else {
      throw MergeFault("\(name): \(Self.fileName) has \(lines.count) images, and should have \(head.count)")
    }
    var samples: [Sample] = []
    samples.reserveCapacity(lines.count)
    for (number, text) in lines.enumerated() {
      guard let line = try? decoder.decode(Line.self, from: text), (0..<head.total).contains(line.position),
        samples.last.map({ $0.position < line.position }) ?? true
      else { throw MergeFault("\(name): line \(number + 2) of \(Self.fileName) cannot be read") }
      let sample = Sample(
        position: line.position, name: line.name, source: .file(path: line.name), digest: line.sha256,
        truth: line.truth, metadata: line.metadata)
      guard head.shard.holds(sample) else { throw MergeFault("\(name): \(line.name) does not belong to \(head.shard)") }
      samples.append(sample)
      if let group = line.group { lesions[line.position] = group }
    }
    self.head = head
    self.samples = samples
  }
}

import DICOM
import Datasets
import Dermoscopy
import LlamaEngine
import Reading
import Validation

/// A request to audit a model on labelled images: what `audit` does.
public struct AuditRequest: Sendable {
  /// The folder of images.
  public var images: String
  /// The label file.
  public var labels: String?
  /// A file with metadata of the images.
  public var metadata: String?
  /// The label file's columns, where its layout does not say.
  public var columns = ColumnChoice()
  /// Whether the audit continues although no image has a label.
  public var allowsUnlabelled = false
  /// A folder of masks; without one lesions are looked for.
  public var masks: String?
  /// A table of true words; without one only those of phantoms are known.
  public var trueWords: String?
  /// The folder to write to.
  public var folder: String
  /// What to do with what is in the folder.
  public var mode = RunRecords.Mode.fresh
  /// The arms.
  public var arms: ArmSelection
  /// How much is asked for.
  public var limits = AuditPlan.Limits()
  /// How images are read.
  public var readingProtocol: ReadingProtocol
  /// The seed of the controls; arms of other seeds add to it.
  public var seed: UInt64 = 0
  /// Images read at once; `nil` for as many as the model and the memory allow, at most ``mostAtOnce``.
  public var parallel: Int?
  /// The most images that are read at once unless the request says how many. Each takes about 13 MB besides its place in the
  /// engine: its picture as numbers, and what an arm makes of it.
  public static let mostAtOnce = 8
  /// Processors that may be used; `nil` for all that help the model.
  public var threads: Int?
  /// Where to compute.
  public var device = ComputeDevice.automatic
  /// What is kept of DICOM files.
  public var dicom = DICOMOptions()
  /// The model; `nil` for the default one.
  public var model: ModelSource?
  /// The command line, without the program's name, written with the results.
  public var command: [String] = []
  /// Records that the arms are stored in, as runs; `nil` for none. A shard's come with the merge.
  public var records: String?
  /// The protocol's document, stored with the runs; `nil` if it is not at hand.
  public var document: String?
  /// Only the images of one part are read; nothing is computed until the parts are merged.
  public var shard: Shard?
  /// A list of the images' digests, made if it is missing; `nil` to read every image for its own.
  public var digests: String?
  /// Of a part, the command line of the whole audit, without the folder that it writes to.
  public var wholeCommand: [String] = []
  /// The program's version, written with the results.
  public var version: String

  /// A request with the defaults of everything else.
  public init(
    images: String, into folder: String, arms: ArmSelection, readingProtocol: ReadingProtocol, version: String
  ) {
    self.images = images
    self.folder = folder
    self.arms = arms
    self.readingProtocol = readingProtocol
    self.version = version
  }

  /// Audits, from the folder's lock to the last file.
  ///
  /// - Parameter events: told how it goes, from several tasks; what it throws ends the audit.
  /// - Returns: the results, which are written; `nil` for a shard, whose results come with the merge.
  /// - Throws: a `Fault` that concerns the whole audit; images that ended before are kept.
  @discardableResult public func run(
    events: @escaping @Sendable (AuditEvent) throws -> Void
  ) async throws -> AuditResults? {
    try await AuditSession(request: self, tell: events).run()
  }

  /// Puts shards together, asks what goes between images, and writes what one undisturbed audit would have written.
  ///
  /// - Parameters:
  ///   - shards: of this audit, finished.
  ///   - events: as of ``run(events:)``.
  /// - Returns: the results, which are written.
  /// - Throws: `MergeFault` when the shards are not this audit; a `Fault` that concerns the whole audit.
  @discardableResult public func merge(
    _ shards: AuditShardSet, events: @escaping @Sendable (AuditEvent) throws -> Void
  ) async throws -> AuditResults? {
    try await AuditSession(request: self, tell: events).run(merging: shards)
  }

  /// Only measures, and says what an audit would do; nothing is written.
  ///
  /// - Parameter events: as of ``run(events:)``.
  /// - Throws: a `Fault` for what is missing or unusable; `CancellationError`.
  public func plan(events: @escaping @Sendable (AuditEvent) throws -> Void) async throws -> AuditPlan {
    try await AuditSession(request: self, tell: events).onlyPlan()
  }

  /// The images.
  ///
  /// - Throws: a `Fault` for what is missing or unusable; `CancellationError`.
  func manifest(tell: (AuditEvent) throws -> Void) async throws -> Manifest {
    let labels = try labels.map { try Labels(path: $0, choice: columns) }
    for remark in labels?.remarks ?? [] { try tell(.remark(remark)) }
    let metadata = try metadata.map { try MetadataTable(path: $0, choice: columns) }
    for remark in metadata?.remarks ?? [] { try tell(.remark(remark)) }
    var list: DigestList?
    if let digests {
      list = try await DigestList.opened(at: digests, ofImagesIn: images) { done, count in
        try tell(.lookingThroughImages(done: done, of: count))
      }
    }
    let manifest = try Manifest.images(
      in: images, labels: labels, metadata: metadata, digests: list, for: shard
    ) { done, count in
      try? tell(.lookingThroughImages(done: done, of: count))
    }
    if let labels {
      let match = LabelMatch(labels, images: manifest.entries.map(\.name))
      try tell(.remark(match.line))
      if let fault = match.fault, !allowsUnlabelled { throw fault }
    }
    return manifest
  }

  /// Loads the model.
  ///
  /// - Throws: a `Fault` when weights are missing or broken, or the endpoint has no such model.
  func reader(for images: Int) async throws -> Reader {
    try await Reader.open(
      try model ?? .files(.chosen(weights: nil, projector: nil)), readingProtocol: readingProtocol,
      readings: parallel.map { min($0, max(images, 1)) }, atMost: min(max(images, 1), Self.mostAtOnce),
      threads: threads, device: device,
      dicom: dicom)
  }
}

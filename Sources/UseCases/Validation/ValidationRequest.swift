import DICOM
import Datasets
import Dermoscopy
import LlamaEngine
import Reading
import Validation

/// A request to validate a model on labelled images: what `validate` does.
///
/// ```swift
/// import Dermoscopy
/// import UseCases
///
/// var request = ValidationRequest(
///   .all, into: "results", readingProtocol: try .builtin(named: "seed"),
///   document: String(decoding: ReadingProtocol.builtinDocument(named: "seed") ?? [], as: UTF8.self),
///   model: .files(try .chosen(weights: nil, projector: nil)), version: "1.0")
/// request.images = "images"
/// request.labels = "labels.csv"
/// let results = try await request.run { event in
///   if case .examined(_, _, let progress) = event { print(progress) }
/// }
/// if let results { print(results.metrics.cleanRate) }
/// ```
public struct ValidationRequest: Sendable {
  /// Which phases.
  public var scope: ValidationScope
  /// The folder of images; `nil` for a run from a table.
  public var images: String?
  /// A table of the first two phases, for Phase 3 alone.
  public var notes: String?
  /// The label file.
  public var labels: String?
  /// A file with metadata of the images.
  public var metadata: String?
  /// The label file's columns, where its layout does not say.
  public var columns = ColumnChoice()
  /// Whether the run continues although no image has a label.
  public var allowsUnlabelled = false
  /// The folder to write to.
  public var folder: String
  /// A file for ISIC's scoring program.
  public var scores: String?
  /// How images are put together that show one lesion; `nil` to measure images alone.
  public var grouping: LesionGrouping?
  /// The most images, the first ones.
  public var limit: Int?
  /// The part of the images to read; `nil` for all.
  public var shard: Shard?
  /// A list of the images' digests, made if it is missing; `nil` to read every image for its own.
  public var digests: String?
  /// What to do with what is in the folder.
  public var mode = RunRecords.Mode.fresh
  /// How images are read.
  public var readingProtocol: ReadingProtocol
  /// The protocol's document.
  public var document: String
  /// The seed of the random numbers.
  public var seed: UInt64 = 0
  /// Images read at once; `nil` for as many as the model and the memory allow.
  public var parallel: Int?
  /// Processors that may be used; `nil` for all that help the model.
  public var threads: Int?
  /// Where to compute.
  public var device = ComputeDevice.automatic
  /// What is kept of DICOM files.
  public var dicom = DICOMOptions()
  /// The model.
  public var model: ModelSource
  /// The command line, without the program's name, stored with the run.
  public var command: [String] = []
  /// Of a shard, the command line of the whole run, without the folder that it writes to.
  public var wholeCommand: [String] = []
  /// The program's version, stored with the run.
  public var version: String

  /// A request with the defaults of everything else.
  public init(
    _ scope: ValidationScope, into folder: String, readingProtocol: ReadingProtocol, document: String,
    model: ModelSource, version: String
  ) {
    self.scope = scope
    self.folder = folder
    self.readingProtocol = readingProtocol
    self.document = document
    self.model = model
    self.version = version
  }

  /// Validates, from the folder's lock to the last table.
  ///
  /// - Parameter events: receives the progress, from several tasks; what it throws ends the run.
  /// - Returns: the results, which are written; `nil` for a shard, which has none of its own.
  /// - Throws: a `Fault` that concerns the whole run; examinations that ended before are stored.
  @discardableResult public func run(
    events: @escaping @Sendable (ValidationEvent) throws -> Void
  ) async throws -> RunResults? {
    try await ValidationSession(request: self, send: events).run()
  }

  /// The images, or the notes that replace them.
  ///
  /// - Throws: a `Fault` for what is missing or unusable; `CancellationError`.
  func manifest(events send: (ValidationEvent) throws -> Void) async throws -> Manifest {
    let labels = try labels.map { try Labels(path: $0, choice: columns) }
    for remark in labels?.remarks ?? [] { try send(.remark(remark)) }
    let metadata = try metadata.map { try MetadataTable(path: $0, choice: columns) }
    for remark in metadata?.remarks ?? [] { try send(.remark(remark)) }
    let manifest: Manifest
    if let notes {
      let table = try Phase2Table(path: notes, readingProtocol: readingProtocol)
      manifest = Manifest.notes(table, labels: labels, metadata: metadata, limit: limit)
    } else {
      let images = images ?? ""
      var list: DigestList?
      if let digests {
        list = try await DigestList.opened(at: digests, ofImagesIn: images, limit: limit) { done, count in
          try send(.lookingThroughImages(done: done, of: count))
        }
      }
      manifest = try Manifest.images(
        in: images, labels: labels, metadata: metadata, limit: limit, digests: list, for: shard
      ) { done, count in
        try? send(.lookingThroughImages(done: done, of: count))
      }
    }
    if let labels {
      let match = LabelMatch(labels, images: manifest.entries.map(\.name))
      try send(.remark(match.line))
      if let fault = match.fault, !allowsUnlabelled { throw fault }
    }
    return manifest
  }

  /// Loads the model. A shard reads as many images at once as the whole run would.
  ///
  /// - Throws: a `Fault` when weights are missing or broken, or the endpoint has no such model.
  func reader(for manifest: Manifest) async throws -> Reader {
    let count = max(manifest.total, 1)
    return try await Reader.open(
      model, readingProtocol: readingProtocol, readings: parallel.map { min($0, count) }, atMost: count,
      threads: threads, device: device, dicom: dicom)
  }
}

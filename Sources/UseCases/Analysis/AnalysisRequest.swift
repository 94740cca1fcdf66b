import DICOM
import Dermoscopy
import Faults
import LlamaEngine
import Reading
import Records

/// A request to read images with a model: what `analyze` does.
public struct AnalysisRequest: Sendable {
  /// The images, in the order in which results are reported.
  public var inputs: [AnalysisInput]
  /// How they are read.
  public var readingProtocol: ReadingProtocol
  /// The protocol's document, stored with the run.
  public var document: String
  /// The model.
  public var model: ModelSource
  /// The database that examinations are stored in; `nil` for none.
  public var records: String?
  /// The images with their places, of an analysis that can be continued and of which this may be a part; `nil` for any other.
  /// It needs records, and replaces the inputs.
  public var part: AnalysisPart?
  /// The seed of the random numbers.
  public var seed: UInt64 = 0
  /// Images read at once; `nil` for as many as the model and the memory allow.
  public var parallel: Int?
  /// Processors that may be used; `nil` for all that help the model.
  public var threads: Int?
  /// Where to compute.
  public var device = ComputeDevice.automatic
  /// What is wanted of DICOM files.
  public var dicom = DICOMOptions()
  /// What the run is called in the records.
  public var kind = "analyze"
  /// The command line, without the program's name, stored with the run.
  public var command: [String] = []

  /// A request with the defaults of everything else.
  public init(
    _ inputs: [AnalysisInput], readingProtocol: ReadingProtocol, document: String, model: ModelSource
  ) {
    self.inputs = inputs
    self.readingProtocol = readingProtocol
    self.document = document
    self.model = model
  }

  /// Loads the model and reads the images.
  ///
  /// - Parameter observer: receives the results.
  /// - Returns: the kind of the worst failure of an image; `nil` without one.
  /// - Throws: faults that concern all images: an unusable database, before the model is loaded; broken weights; what
  ///   `observer` throws; `CancellationError`.
  public func run(observer: any AnalysisObserver) async throws -> FaultKind? {
    var store: (any RecordStore)?
    if let records { store = try await RecordStores.open(records) }
    do {
      let worst = try await run(in: store, observer)
      await store?.close()
      return worst
    } catch {
      await store?.close()
      throw error
    }
  }

  private func run(in store: (any RecordStore)?, _ observer: any AnalysisObserver) async throws -> FaultKind? {
    observer.modelIsLoading()
    let inputs = part?.inputs ?? inputs
    // A part reads as many images at once as the whole would.
    let count = max(part?.total ?? inputs.count, 1)
    let reader = try await Reader.open(
      model, readingProtocol: readingProtocol, readings: parallel.map { min($0, count) }, atMost: count,
      threads: threads, device: device, dicom: dicom)
    let (recorder, waiting) = try await begin(reader, inputs, in: store)
    if waiting.count < inputs.count { observer.isContinued(read: inputs.count - waiting.count, of: inputs.count) }
    let seed = seed
    let tellsStored = part?.tellsStored ?? false
    let left = Set(waiting.compactMap(\.position))
    let analysis = Analysis(parallel: reader.imagesInWork, recorder: recorder, observer: observer) { input in
      guard tellsStored, let recorder, let position = input.position, !left.contains(position) else { return nil }
      return try await recorder.store.examination(ofRun: recorder.run.id, at: position)?.report
    } read: { input, log in
      switch input.source {
      case .file(let path):
        return try await reader.read(fileAt: path, name: input.name, truth: input.truth, seed: seed, log: log)
      case .bytes(let load):
        return try await reader.read(try await load(), name: input.name, truth: input.truth, seed: seed, log: log)
      case .missing(let fault): throw fault
      }
    }
    let worst = try await analysis.run(tellsStored ? inputs : waiting)
    await reader.close()
    return worst
  }

  /// Begins a run or continues one; gives the images that are left.
  private func begin(
    _ reader: Reader, _ inputs: [AnalysisInput], in store: (any RecordStore)?
  ) async throws -> (RunRecorder?, [AnalysisInput]) {
    guard let store else { return (nil, inputs) }
    guard let part else {
      let recorder = try await RunRecorder.begin(
        kind: kind, command: command, reading: reader, document: document, seed: seed, in: store)
      return (recorder, inputs)
    }
    let provenance = Run.Provenance(readingProtocol, document: document, model: try await reader.identity, seed: seed)
    let run = Run(
      kind: kind, command: command, provenance: provenance, settings: try part.settings(), inputs: part.fingerprint)
    let recorder = try await RunRecorder.continuing(run, in: store)
    return (recorder, try await part.remaining(of: recorder.run.id, in: store))
  }
}

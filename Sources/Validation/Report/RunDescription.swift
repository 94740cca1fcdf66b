import Dermoscopy
import Foundation
import Records

/// Everything needed to repeat a run, and how it went.
public struct RunDescription: Sendable {
  /// A name with its value, as the report lists them.
  public struct Fact: Sendable, Hashable, Codable {
    /// What.
    public var name: String
    /// Its value.
    public var value: String

    /// A fact.
    public init(_ name: String, _ value: String) {
      self.name = name
      self.value = value
    }
  }

  /// `phase1`, `phase2`, `phase3` or `all`.
  public var phase: String
  /// The command line, word by word, the program's name first.
  public var command: [String]
  /// When it began.
  public var started: Date
  /// Seconds that it took, without interruptions.
  public var elapsed: Double
  /// The program's version.
  public var version: String
  /// The folder of images, as the caller named it; `nil` for a run from a table.
  public var images: String?
  /// The label file, as the caller named it.
  public var labels: String?
  /// The protocol.
  public var readingProtocol: ExaminationReport.ProtocolReference
  /// The protocol's document.
  public var protocolDocument: String
  /// The model.
  public var model: ExaminationReport.Model
  /// The engine with its version and backends.
  public var engine: String
  /// The seed of the random numbers.
  public var seed: UInt64
  /// Processor, memory, threads, operating system, and whatever else a repeat needs.
  public var machine: [Fact]
  /// Images that could not be read.
  public var failures: Int
  /// How many images have a label, and in whose layout; `nil` without labels.
  public var matching: String?
  /// What a reader should know: duplicate labels, images without one, interruptions.
  public var remarks: [String]

  /// A run.
  public init(
    phase: String, command: [String], started: Date, elapsed: Double, version: String, images: String?, labels: String?,
    readingProtocol: ExaminationReport.ProtocolReference, protocolDocument: String, model: ExaminationReport.Model,
    engine: String, seed: UInt64, machine: [Fact], failures: Int = 0, matching: String? = nil,
    remarks: [String] = []
  ) {
    self.phase = phase
    self.command = command
    self.started = started
    self.elapsed = elapsed
    self.version = version
    self.images = images
    self.labels = labels
    self.readingProtocol = readingProtocol
    self.protocolDocument = protocolDocument
    self.model = model
    self.engine = engine
    self.seed = seed
    self.machine = machine
    self.failures = failures
    self.matching = matching
    self.remarks = remarks
  }
}

extension RunDescription {
  /// A run as its records and results describe it.
  ///
  /// - Parameters:
  ///   - run: the run.
  ///   - settings: how it was read.
  ///   - document: the protocol's document.
  ///   - manifest: its images.
  ///   - counts: the counts of their examinations.
  public init(of run: Run, _ settings: RunSettings, document: String, manifest: Manifest, counts: RunCounts) {
    let provenance = run.provenance
    self.init(
      phase: settings.scope.rawValue, command: ["dermgemma"] + run.command, started: run.started,
      elapsed: counts.milliseconds / 1000 / Double(max(settings.parallel, 1)), version: settings.version,
      images: settings.images, labels: settings.labels,
      readingProtocol: ExaminationReport.ProtocolReference(
        id: provenance.protocolID, version: provenance.protocolVersion, digest: provenance.protocolDigest),
      protocolDocument: document,
      model: ExaminationReport.Model(
        name: provenance.model, weights: provenance.weights, projector: provenance.projector),
      engine: provenance.engine, seed: provenance.seed ?? 0,
      machine: [
        .init("Machine", provenance.machine), .init("Threads", settings.threads.map(String.init) ?? "by the model"),
        .init("Images at once", String(settings.parallel)),
      ],
      failures: counts.failed, matching: manifest.coverage.matching, remarks: manifest.coverage.remarks)
  }
}

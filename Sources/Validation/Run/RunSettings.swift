import Dermoscopy
import Foundation
import JSON
import Records

/// What a run depends on besides protocol and weights; stored with the run, and compared when it is resumed.
public struct RunSettings: Sendable, Hashable, Codable {
  /// What was asked for.
  public var scope: ValidationScope
  /// The folder of images, as it was named; `nil` for a run from a table.
  public var images: String?
  /// The table of notes, as it was named.
  public var notes: String?
  /// The label file, as it was named.
  public var labels: String?
  /// The metadata file, as it was named.
  public var metadata: String?
  /// How many images at most.
  public var limit: Int?
  /// How many images there are.
  public var count: Int
  /// ``Manifest/imagesDigest``.
  public var imagesDigest: String
  /// ``Manifest/labelsDigest``.
  public var labelsDigest: String
  /// How many images were read at once.
  public var parallel: Int
  /// Threads of the engine; `nil` for one a processor.
  public var threads: Int?
  /// The program's version.
  public var version: String
  /// The part of the run that this is; `nil` for all of it.
  public var shard: Shard?

  enum CodingKeys: String, CodingKey {
    case scope, images
    case notes = "from"
    case labels, metadata, limit, count
    case imagesDigest = "images_sha256"
    case labelsDigest = "labels_sha256"
    case parallel, threads, version
    case shard = "part"
  }

  /// Settings.
  public init(
    scope: ValidationScope, images: String?, notes: String?, labels: String?, metadata: String?, limit: Int?,
    manifest: Manifest, parallel: Int, threads: Int?, version: String
  ) {
    self.scope = scope
    self.images = images
    self.notes = notes
    self.labels = labels
    self.metadata = metadata
    self.limit = limit
    count = manifest.total
    shard = manifest.shard
    imagesDigest = manifest.imagesDigest
    labelsDigest = manifest.labelsDigest
    self.parallel = parallel
    self.threads = threads
    self.version = version
  }

  /// One JSON object on one line, as the records keep it.
  ///
  /// - Throws: `EncodingError`, which no settings give.
  public func json() throws -> String { try OrderedJSON.line(self) }

  /// Reads what `json` gives.
  ///
  /// - Throws: `DecodingError`.
  public init(json: String) throws { self = try JSONDecoder().decode(RunSettings.self, from: Data(json.utf8)) }

  /// Which of the things that determine results have changed since a run began; empty when it can be resumed.
  ///
  /// - Parameters:
  ///   - run: the run as it was started.
  ///   - provenance: what it would depend on now.
  ///   - differences: how the list of images differs from the run's, when that is known.
  public func changes(
    since run: Run, provenance: Run.Provenance, differences: [String]
  ) -> [String] {
    var changes: [String] = []
    let old = run.provenance
    func compare<Value: Equatable>(
      _ what: String, _ value: (Run.Provenance) -> Value, shown: (Run.Provenance) -> String
    ) {
      guard value(old) != value(provenance) else { return }
      changes.append("\(what) changed (it was \(shown(old)), it is \(shown(provenance)))")
    }
    compare("the protocol", \.protocolDigest, shown: name(of:))
    compare("the seed", \.seed, shown: \.seedText)
    compare("the weights", \.weights) { short($0.weights ?? "unknown") }
    // Of a model behind an endpoint, only its name and the server's are known; of any other the name tells adapters and precision.
    if old.weights == provenance.weights { compare("the model", \.model, shown: \.model) }
    if old.weights == nil, provenance.weights == nil { compare("the endpoint", \.engine, shown: \.engine) }
    compare("the projector", \.projector) { short($0.projector ?? "none") }
    guard let before = try? RunSettings(json: run.settings) else {
      return changes + ["its settings were written by another version of this program"]
    }
    if before.imagesDigest != imagesDigest {
      changes += differences.isEmpty ? ["the images changed"] : differences
    }
    if before.shard != shard {
      let names = [before.shard, shard].map { $0?.description ?? "the whole run" }
      changes.append("the part changed (it was \(names[0]), it is \(names[1]))")
    }
    if before.imagesDigest == imagesDigest, before.labelsDigest != labelsDigest {
      changes.append("the labels or metadata changed")
    }
    return changes
  }

  private func short(_ digest: String) -> String { String(digest.prefix(12)) }

  private func name(of provenance: Run.Provenance) -> String {
    "\(provenance.protocolID) \(provenance.protocolVersion), \(short(provenance.protocolDigest))"
  }
}

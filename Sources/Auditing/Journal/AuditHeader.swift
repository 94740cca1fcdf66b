import AuditReporting
import Validation
import VisionLanguage

/// What an audit depends on; the first line of its journal, and compared when it is resumed.
struct AuditHeader: Codable, Sendable, Hashable {
  /// The journal's format.
  static let format = "dermgemma-audit-journal/1"

  var format = AuditHeader.format
  var protocolName: String
  var protocolDigest: String
  var weights: String
  var projector: String?
  var seed: UInt64
  /// The arms' documents, `id version digest` of each.
  var documents: [String]
  /// The doses that are asked, by role and name of the arm.
  var doses: [String: [Int]]
  /// How many images, of how many.
  var images: Int
  var available: Int
  /// Digests of the sample, its labels and its masks.
  var imagesDigest: String
  var labelsDigest: String
  var masksDigest: String?
  /// Of a part, digests of all masks' names, and of its own images' masks; `masksDigest` is `nil` then.
  var maskNamesDigest: String?
  var ownMasksDigest: String?
  /// Of the table of true words.
  var trueWordsDigest: String?
  /// What the parts take, as it was measured at the beginning.
  var timing: AuditTiming?
  /// Only the doses of a quick audit, and who asked for it.
  var quick: String?
  /// Of a model behind an endpoint, its name and the server: their digests are not known. Of one that adapters or another precision
  /// change, its name with theirs.
  var server: String?
  var version: String
  /// When the audit began, as ISO 8601.
  var started: String
  /// The part of the audit that the journal holds; `nil` for all of it.
  var shard: Shard?
  /// Of a part, how many of the images are its own.
  var shardImages: Int?
  /// Of a part, the whole audit's command line without the folder that it writes to.
  var command: [String]?

  /// What tells its masks from others.
  var masks: MaskFolder.Identity? {
    get {
      let identity = MaskFolder.Identity(all: masksDigest, names: maskNamesDigest, own: ownMasksDigest)
      return identity == MaskFolder.Identity() ? nil : identity
    }
    set { (masksDigest, maskNamesDigest, ownMasksDigest) = (newValue?.all, newValue?.names, newValue?.own) }
  }

  /// What has changed since another header was written, of what determines the answers; empty if nothing has.
  func changes(since old: AuditHeader) -> [String] {
    var changes: [String] = []
    func compare<Value: Equatable>(
      _ what: String, _ value: KeyPath<AuditHeader, Value>, _ shown: (AuditHeader) -> String
    ) {
      guard self[keyPath: value] != old[keyPath: value] else { return }
      changes.append("\(what) changed (it was \(shown(old)), it is \(shown(self)))")
    }
    compare("the protocol", \.protocolDigest) { "\($0.protocolName), \($0.protocolDigest.prefix(12))" }
    compare("the weights", \.weights) { String($0.weights.prefix(12)) }
    compare("the model", \.server) { $0.server ?? "the weights alone" }
    compare("the projector", \.projector) { String(($0.projector ?? "none").prefix(12)) }
    compare("the seed", \.seed) { String($0.seed) }
    compare("the arms", \.documents) { header in
      header.documents.map { $0.split(separator: " ").map { String($0.prefix(12)) }.joined(separator: " ") }
        .joined(separator: ", ")
    }
    if documents == old.documents {
      compare("the choice of doses", \.doses) { "\($0.doses.values.reduce(0) { $0 + $1.count }) doses" }
    }
    if images != old.images || imagesDigest != old.imagesDigest {
      changes.append("the images changed (there were \(old.images), there are \(images), or their content differs)")
    } else if labelsDigest != old.labelsDigest {
      changes.append("the labels or metadata changed")
    }
    compare("the masks", \.masks) { String(($0.masks.flatMap { $0.all ?? $0.own } ?? "none").prefix(12)) }
    compare("the part of the audit", \.shard) { $0.shard?.description ?? "all of it" }
    compare("the true words", \.trueWordsDigest) { String(($0.trueWordsDigest ?? "none").prefix(12)) }
    return changes
  }
}

extension AuditHeader {
  /// The name of a model behind an endpoint with its server, or with its adapters and precision; `nil` when the digests tell everything.
  static func server(of model: ModelIdentity) -> String? {
    if model.endpoint != nil { return "\(model.name), \(model.engine)" }
    return model.fullName == model.name ? nil : model.fullName
  }

  /// What a repeat needs.
  func provenance(_ request: AuditRequest, _ model: ModelIdentity, readings: Int) -> AuditProvenance {
    var provenance = AuditProvenance(
      version: version, command: ["dermgemma"] + request.command, images: request.images)
    provenance.started = started
    provenance.protocolName = protocolName
    provenance.protocolDigest = protocolDigest
    provenance.model = model.fullName
    provenance.weights = weights.isEmpty ? nil : weights
    provenance.projector = projector
    provenance.engine = model.engine
    provenance.seed = seed
    provenance.labels = request.labels
    provenance.masks = request.masks ?? "found: Otsu's threshold of the blue channel"
    provenance.facts = [
      .init("Images", "\(images) of \(available)\(images < available ? ", the diagnoses in turn" : "")"),
      .init("Arms", documents.map { String($0.prefix { $0 != " " }) }.joined(separator: ", ")),
      .init("Images at once", String(readings)),
    ]
    if let endpoint = model.endpoint {
      provenance.facts.append(
        .init("Pictures", "read at \(endpoint), whose weights' digest is unknown, so a repeat may differ"))
    }
    if let words = request.trueWords { provenance.facts.append(.init("True words", words)) }
    if let quick { provenance.facts.append(.init("Doses", quick)) }
    return provenance
  }
}

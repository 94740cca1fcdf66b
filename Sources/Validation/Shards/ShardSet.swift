import Dermoscopy
import Records

/// Shards that make up one run.
public struct ShardSet: Sendable {
  /// Machines that the merged run names.
  private static let machines = 4

  /// By number; their lists of images are empty, for the manifest has them all.
  public let shards: [ShardRun]
  /// Each image's place in its shard, by position.
  private let places: [UInt32]
  /// The whole run's images.
  public let manifest: Manifest
  /// How the whole run was read.
  public let settings: RunSettings
  /// Protocol and model.
  public let provenance: Run.Provenance
  /// The lesions of the whole run's images; `nil` if they are not grouped.
  public let lesions: LesionNames?

  /// Puts shards together.
  ///
  /// Paths, threads, and the number of images at once may differ between machines; the first shard's are taken.
  ///
  /// - Parameter shards: in any order.
  /// - Throws: ``MergeFault``, which names what is missing, there twice, or of another run.
  public init(_ shards: [ShardRun]) throws(MergeFault) {
    let shards = shards.sorted { $0.shard.index < $1.shard.index }
    guard let first = shards.first else { throw MergeFault("there are none") }
    var problems: [String] = []
    for other in shards.dropFirst() {
      let differences = Self.differences(other, first)
      if !differences.isEmpty {
        problems.append("\(other.name) is of another run than \(first.name): \(differences.joined(separator: ", "))")
      }
    }
    guard problems.isEmpty else { throw MergeFault(problems: problems) }
    problems = Shard.problems(shards.map { ($0.shard, $0.name) })
    guard problems.isEmpty else { throw MergeFault(problems: problems) }

    manifest = try Manifest(
      merging: shards.flatMap(\.list.samples), first.list.head, hasImages: first.settings.notes == nil)
    lesions = try Self.lesions(of: shards, first.list.head)
    var settings = first.settings
    settings.shard = nil
    self.settings = settings
    var provenance = first.run.provenance
    var machines: [String] = []
    for shard in shards where !machines.contains(shard.run.provenance.machine) {
      machines.append(shard.run.provenance.machine)
    }
    let more = machines.count > Self.machines ? ["and \(machines.count - Self.machines) more"] : []
    provenance.machine = (machines.prefix(Self.machines) + more).joined(separator: "; ")
    self.provenance = provenance
    var places = [UInt32](repeating: 0, count: manifest.total)
    for shard in shards {
      for (place, sample) in shard.list.samples.enumerated() { places[sample.position] = UInt32(clamping: place) }
    }
    self.places = places
    self.shards = shards.map { shard in
      var shard = shard
      (shard.list.samples, shard.list.lesions) = ([], [:])
      return shard
    }
  }

  /// What one shard's run has that another's has not, in words; empty when both are of one run.
  private static func differences(_ one: ShardRun, _ other: ShardRun) -> [String] {
    var differences: [String] = []
    func compare<Value: Equatable>(_ what: String, _ value: (ShardRun) -> Value, _ shown: (ShardRun) -> String) {
      guard value(one) != value(other) else { return }
      differences.append("\(what) (\(shown(one)), not \(shown(other)))")
    }
    func short(_ digest: String?) -> String { digest.map { String($0.prefix(12)) } ?? "none" }
    compare("what was asked for", \.run.kind, \.run.kind)
    compare("the number of shards", \.shard.count) { String($0.shard.count) }
    compare("the protocol", \.run.provenance.protocolDigest) {
      "\($0.run.provenance.protocolID) \($0.run.provenance.protocolVersion), \(short($0.run.provenance.protocolDigest))"
    }
    compare("the weights", \.run.provenance.weights) { short($0.run.provenance.weights ?? "unknown") }
    compare("the model", \.run.provenance.model, \.run.provenance.model)
    compare("the projector", \.run.provenance.projector) { short($0.run.provenance.projector) }
    compare("the seed", \.run.provenance.seed, \.run.provenance.seedText)
    compare("the engine", \.run.provenance.engine, \.run.provenance.engine)
    compare("the version", \.settings.version, \.settings.version)
    compare("the images", \.settings.imagesDigest) { short($0.settings.imagesDigest) }
    compare("the labels or metadata", \.settings.labelsDigest) { short($0.settings.labelsDigest) }
    compare("--group-by", \.list.head.lesions?.grouping) { $0.list.head.lesions?.grouping ?? "none" }
    // Whatever else will belong to a provenance, and what the labels leave out.
    if differences.isEmpty, provenance(one) != provenance(other) { differences.append("the model") }
    if differences.isEmpty, one.list.head.lesions != other.list.head.lesions {
      differences.append("the column \(one.list.head.lesions?.grouping ?? "") of lesions")
    }
    if differences.isEmpty, one.list.head.coverage != other.list.head.coverage {
      differences.append("how images and labels match")
    }
    return differences
  }

  /// The lesions of all images.
  ///
  /// - Throws: ``MergeFault`` when they are not those of the whole run.
  private static func lesions(of shards: [ShardRun], _ head: ShardList.Head) throws(MergeFault) -> LesionNames? {
    guard let grouped = head.lesions else { return nil }
    var names: [Int: String] = [:]
    for shard in shards { names.merge(shard.list.lesions) { first, _ in first } }
    let lesions = LesionNames(grouping: grouped.grouping, names: names)
    guard lesions.digest == grouped.digest else { throw MergeFault("their lesions are not those of the run") }
    return lesions
  }

  private static func provenance(_ shard: ShardRun) -> Run.Provenance {
    var provenance = shard.run.provenance
    provenance.machine = ""
    return provenance
  }

  /// An image's thumbnail, as its shard made it.
  ///
  /// - Throws: ``MergeFault`` when it cannot be read.
  public func thumbnail(of sample: Sample) throws -> [UInt8] {
    let index = Shard.index(of: sample, among: shards.count)
    guard shards.indices.contains(index), places.indices.contains(sample.position) else { return [] }
    return try shards[index].thumbnails.jpeg(at: Int(places[sample.position]))
  }
}

import Datasets
import Dermoscopy
import Digests

/// One image of a run, or the notes that stand for it.
public struct Sample: Sendable, Hashable {
  /// Where the examination starts.
  public enum Source: Sendable, Hashable {
    /// The image in a file.
    case file(path: String)
    /// What was observed and described before.
    case notes(Observations, description: String?)
  }

  /// Its place in the run, from 0.
  public var position: Int
  /// Its path below the folder of images, or the name in the table of notes.
  public var name: String
  /// Where the examination starts.
  public var source: Source
  /// SHA-256 of the file's bytes or of the notes, hexadecimal; empty for a file that cannot be read.
  public var digest: String
  /// The ground truth of the lesion.
  public var truth: GroundTruth?
  /// What else is known of it.
  public var metadata: ClinicalMetadata
}

extension [Sample] {
  /// Where the sample at a position is, among samples in the order of their positions; `nil` when there is none.
  func place(of position: Int) -> Int? {
    var (low, high) = (0, count)
    while low < high {
      let middle = (low + high) / 2
      if self[middle].position < position { low = middle + 1 } else { high = middle }
    }
    return low < count && self[low].position == position ? low : nil
  }

  /// Those whose positions are in none of some ascending ranges; all in the order of their positions.
  func outside(_ ranges: [ClosedRange<Int>]) -> [Sample] {
    var rest = ranges[...]
    return filter { sample in
      while let range = rest.first, range.upperBound < sample.position { rest.removeFirst() }
      return !(rest.first?.contains(sample.position) ?? false)
    }
  }
}

/// The manifest: the images of a run in their order, with their labels and metadata.
///
/// ```swift
/// import Datasets
/// import Validation
///
/// let labels = try Labels(path: "labels.csv")
/// let manifest = try Manifest.images(in: "images", labels: labels, metadata: nil, limit: 100)
/// for sample in manifest.entries { print(sample.position, sample.name, sample.truth?.code ?? "unlabelled") }
/// ```
public struct Manifest: Sendable {
  /// By position; without gaps, unless it is a shard's.
  public let entries: [Sample]
  /// The part of the run that the entries are; `nil` for all of it.
  public let shard: Shard?
  /// Images of the whole run.
  public let total: Int
  /// The images of the whole run that its report shows.
  let reportSample: ReportSample
  /// Label coverage.
  public let coverage: LabelCoverage
  /// SHA-256 of the names and contents of the whole run, hexadecimal.
  public let imagesDigest: String
  /// SHA-256 of what is known of the images of the whole run, hexadecimal.
  public let labelsDigest: String
  /// How a list of digests was compared with the images; `nil` without one.
  public internal(set) var digestCheck: DigestCheck?

  init(_ entries: [Sample], coverage: LabelCoverage) {
    self.entries = entries
    self.coverage = coverage
    shard = nil
    total = entries.count
    reportSample = ReportSample(of: entries)
    imagesDigest = Self.digest(entries) { [$0.name, $0.digest] }
    labelsDigest = Self.digest(entries) { entry in
      let (truth, metadata) = (entry.truth, entry.metadata)
      return [
        entry.name, truth?.code ?? "", truth?.attribute ?? "", metadata.lesion ?? "", metadata.site ?? "",
        metadata.sex ?? "", metadata.age.map(String.init) ?? "",
          // Runs from before these fields existed have none.
      ] + [metadata.patient, metadata.skinType].compactMap { $0 }
    }
  }

  private init(_ whole: Manifest, part shard: Shard) {
    entries = whole.entries.filter(shard.holds)
    coverage = whole.coverage
    self.shard = shard
    total = whole.total
    reportSample = whole.reportSample
    imagesDigest = whole.imagesDigest
    labelsDigest = whole.labelsDigest
    digestCheck = whole.digestCheck
  }

  /// A part of it: the images that are in a shard, at their positions in the whole run.
  public func part(_ shard: Shard) -> Manifest { Manifest(self, part: shard) }

  /// The image at a position; `nil` when none is there.
  public func sample(at position: Int) -> Sample? {
    entries.place(of: position).map { entries[$0] }
  }

  private static func digest(_ entries: [Sample], _ fields: (Sample) -> [String]) -> String {
    var hasher = SHA256Hasher()
    for entry in entries {
      let line = Spreadsheet.line(fields(entry))
      Array(line.utf8).withUnsafeBufferPointer { hasher.update($0) }
    }
    return hasher.finish().hexadecimal
  }

  /// The images in a folder and the folders in it, by name; see `ImageFiles.search(_:)`.
  ///
  /// Every file is read once for its digest, so that a resumed run can tell whether it changed; or the digests come from a
  /// list that was made before, and a file that it does not fit is refused.
  ///
  /// - Parameters:
  ///   - folder: the folder's path, or one image's.
  ///   - labels: the ground truths; `nil` for none.
  ///   - metadata: what else is known of the images; `nil` for nothing.
  ///   - limit: how many at most, the first ones; `nil` for all.
  ///   - digests: the images' digests, made before; `nil` to read every file for its own.
  ///   - shard: the part that will be read: with a list of digests, images of other parts are not looked at.
  ///   - progress: called now and then with the number of files that were looked at.
  /// - Throws: `ImageFiles.Missing` when there is no image; ``DigestListFault``; `CancellationError`.
  public static func images(
    in folder: String, labels: Labels?, metadata: MetadataTable?, limit: Int? = nil, digests: DigestList? = nil,
    for shard: Shard? = nil, progress: (_ done: Int, _ of: Int) -> Void = { _, _ in }
  ) throws -> Manifest {
    let search = try ImageFiles.search(folder, known: digests?.names ?? [])
    var check = DigestCheck(list: digests?.path ?? "")
    let paths = search.images
    let chosen = paths.prefix(limit ?? paths.count)
    var entries: [Sample] = []
    entries.reserveCapacity(chosen.count)
    for path in chosen {
      try Task.checkCancellation()
      progress(entries.count, chosen.count)
      let name = name(of: path, in: folder)
      // An unreadable file fails alone, like a broken one.
      let digest =
        try digests?.digest(of: name, at: path, for: shard, counting: &check) ?? (try? SHA256Digest(ofFileAt: path))?
        .hexadecimal ?? ""
      entries.append(
        entry(
          entries.count, name: name, source: .file(path: path), digest: digest, labels: labels, metadata: metadata))
    }
    if chosen.count == paths.count { try digests?.requireNoOthers(than: entries.lazy.map(\.name)) }
    let same = DuplicateImages(settling: &entries)
    var manifest = Manifest(
      entries,
      coverage: LabelCoverage(
        entries, same: same, labels: labels, metadata: metadata, wasLimited: chosen.count < paths.count,
        skipped: search.skipped))
    if digests != nil { manifest.digestCheck = check }
    return manifest
  }

  /// The rows of a table of notes.
  ///
  /// - Parameters:
  ///   - notes: the table.
  ///   - labels: the ground truths; `nil` for none.
  ///   - metadata: what else is known of the images; `nil` for nothing.
  ///   - limit: how many at most, the first ones; `nil` for all.
  public static func notes(
    _ notes: Phase2Table, labels: Labels?, metadata: MetadataTable?, limit: Int? = nil
  ) -> Manifest {
    let chosen = notes.rows.prefix(limit ?? notes.rows.count)
    let entries = chosen.enumerated().map { position, row in
      entry(
        position, name: row.name, source: .notes(row.observations, description: row.description), digest: row.digest,
        labels: labels, metadata: metadata)
    }
    return Manifest(
      entries,
      coverage: LabelCoverage(entries, labels: labels, metadata: metadata, wasLimited: chosen.count < notes.rows.count))
  }

  private static func entry(
    _ position: Int, name: String, source: Sample.Source, digest: String, labels: Labels?,
    metadata: MetadataTable?
  ) -> Sample {
    let own = labels?.metadata(ofImageNamed: name) ?? ClinicalMetadata()
    return Sample(
      position: position, name: name, source: source, digest: digest,
      truth: labels?.truth(ofImageNamed: name),
      metadata: metadata?.metadata(ofImageNamed: name)?.filled(from: own) ?? own)
  }

  /// What a run calls an image: its path below the folder.
  static func name(of path: String, in folder: String) -> String {
    let prefix = folder.hasSuffix("/") ? folder : folder + "/"
    return path.hasPrefix(prefix)
      ? String(path.dropFirst(prefix.count)) : path.split(separator: "/").last.map(String.init) ?? path
  }
}

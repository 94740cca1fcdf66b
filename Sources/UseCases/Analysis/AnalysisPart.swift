import Digests
import Faults
import JSON
import Records
import Validation

/// The images of an analysis that can be continued, or of one of its shards, each with its digest and its place among all.
public struct AnalysisPart: Sendable {
  /// What a run in the records has for its settings.
  struct Settings: Codable, Hashable {
    /// The part; `nil` for all images.
    var shard: Shard?
    /// Images of the whole analysis.
    var images: Int
    /// What decides which part an image is in, besides the image; `nil` for nothing.
    var grouping: String?

    enum CodingKeys: String, CodingKey {
      case shard = "part"
      case images
      case grouping = "grouped_by"
    }
  }

  /// The part's images.
  public let inputs: [AnalysisInput]
  /// The part; `nil` for all images.
  public let shard: Shard?
  /// Images of the whole analysis.
  public let total: Int
  /// How a list of digests was compared with the images; `nil` without one.
  public let digestCheck: DigestCheck?
  /// Whether pictures are put together by lesion: then an outcome that is stored already is told again, because a lesion's
  /// result needs all of them.
  public let tellsStored: Bool
  /// SHA-256 of names and digests of the whole analysis' images, hexadecimal; of a part of lesions, also of their names.
  let fingerprint: String
  /// What the lesions of a part are grouped by; `nil` for images alone.
  private let grouping: String?

  /// Looks for the images of a part.
  ///
  /// - Parameters:
  ///   - all: every image of the analysis, in its order.
  ///   - shard: the part; `nil` for all.
  ///   - digests: a list of the images' digests by their paths, made if it is missing; `nil` to read every image for its own.
  ///   - lesions: what the images are grouped by, and the lesion of each, `nil` for one of its own: all pictures of a lesion
  ///     are in one part. `nil` for images that are not grouped.
  ///   - progress: called with the number of images that were looked at.
  /// - Throws: `DigestListFault`; what `progress` throws; `CancellationError`.
  public init(
    of all: [AnalysisInput], shard: Shard?, digests: String?, lesions: (grouping: String, names: [String?])? = nil,
    progress: (_ done: Int, _ of: Int) throws -> Void
  ) async throws {
    // Without shards, the images are the same whatever groups them.
    let grouped = shard == nil ? nil : lesions
    let paths = all.map(\.path)
    var list: DigestList?
    if let digests {
      // The same image may be named twice.
      let distinct = Array(Set(paths.compactMap { $0 })).sorted()
      list = try await DigestList.opened(at: digests, of: { distinct.map { (name: $0, path: $0) } }, progress: progress)
    }
    var check = DigestCheck(list: digests ?? "")
    var chosen: [AnalysisInput] = []
    var names = SHA256Hasher()
    for (position, var input) in all.enumerated() {
      try Task.checkCancellation()
      try progress(position, all.count)
      let lesion = grouped.flatMap { $0.names.indices.contains(position) ? $0.names[position] : nil }
      let name = input.name
      func isOwn(_ digest: String) -> Bool {
        guard let shard else { return true }
        return lesion.map(shard.holds(lesion:)) ?? shard.holds(imageNamed: name, digest: digest)
      }
      if let path = paths[position] {
        // An unreadable file fails alone, like a broken one.
        input.digest =
          try list?.digest(of: path, at: path, counting: &check, isOwn: isOwn) ?? (try? SHA256Digest(ofFileAt: path))?
          .hexadecimal ?? ""
      }
      input.position = position
      let digest = input.digest ?? ""
      let line = "\(input.name)\0\(digest)\(lesion.map { "\0" + $0 } ?? "")\n"
      Array(line.utf8).withUnsafeBufferPointer { names.update($0) }
      if isOwn(digest) { chosen.append(input) }
    }
    inputs = chosen
    self.shard = shard
    total = all.count
    tellsStored = lesions != nil
    grouping = grouped?.grouping
    digestCheck = list == nil ? nil : check
    fingerprint = names.finish().hexadecimal
  }

  /// What a run of this part has for its settings.
  ///
  /// - Throws: `EncodingError`, which no settings give.
  func settings() throws -> String { try OrderedJSON.line(Settings(shard: shard, images: total, grouping: grouping)) }

  /// The images that a run has not read yet; those that failed are read again.
  ///
  /// - Throws: `RecordFault`.
  func remaining(of run: RecordID, in store: any RecordStore) async throws -> [AnalysisInput] {
    let kept = try await store.keptPositions(ofRun: run, failures: false)
    var rest = kept[...]
    return inputs.filter { input in
      guard let position = input.position else { return true }
      while let range = rest.first, range.upperBound < position { rest.removeFirst() }
      return !(rest.first?.contains(position) ?? false)
    }
  }
}

extension RunRecorder {
  /// Continues the newest run that read the same images in the same way; begins one if there is none.
  ///
  /// - Parameters:
  ///   - run: the run that would begin; its protocol, model, seed, settings and inputs decide which is the same.
  ///   - store: the records.
  /// - Throws: `RecordFault`.
  static func continuing(_ run: Run, in store: any RecordStore) async throws -> RunRecorder {
    func isSame(_ other: Run) -> Bool {
      var provenance = other.provenance
      provenance.machine = run.provenance.machine
      return other.kind == run.kind && other.inputs == run.inputs && other.settings == run.settings
        && provenance == run.provenance
    }
    var cursor: RecordCursor?
    repeat {
      let page = try await store.runs(limit: RecordLimits.page, after: cursor)
      if let found = page.elements.first(where: isSame) { return try await resume(found, in: store) }
      cursor = page.next
    } while cursor != nil
    return try await begin(run, in: store, replaces: true)
  }
}

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

    enum CodingKeys: String, CodingKey {
      case shard = "part"
      case images
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
  /// SHA-256 of names and digests of the whole analysis' images, hexadecimal.
  let fingerprint: String

  /// Looks for the images of a part.
  ///
  /// - Parameters:
  ///   - all: every image of the analysis, in its order.
  ///   - shard: the part; `nil` for all.
  ///   - digests: a list of the images' digests by their paths, made if it is missing; `nil` to read every image for its own.
  ///   - progress: called with the number of images that were looked at.
  /// - Throws: `DigestListFault`; what `progress` throws; `CancellationError`.
  public init(
    of all: [AnalysisInput], shard: Shard?, digests: String?, progress: (_ done: Int, _ of: Int) throws -> Void
  ) async throws {
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
      if let path = paths[position] {
        // An unreadable file fails alone, like a broken one.
        input.digest =
          try list?.digest(of: path, at: path, for: shard, counting: &check) ?? (try? SHA256Digest(ofFileAt: path))?
          .hexadecimal ?? ""
      }
      input.position = position
      let digest = input.digest ?? ""
      Array("\(input.name)\0\(digest)\n".utf8).withUnsafeBufferPointer { names.update($0) }
      if shard.map({ $0.holds(imageNamed: input.name, digest: digest) }) ?? true { chosen.append(input) }
    }
    inputs = chosen
    self.shard = shard
    total = all.count
    digestCheck = list == nil ? nil : check
    fingerprint = names.finish().hexadecimal
  }

  /// What a run of this part has for its settings.
  ///
  /// - Throws: `EncodingError`, which no settings give.
  func settings() throws -> String { try OrderedJSON.line(Settings(shard: shard, images: total)) }

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

import Digests
import Foundation

/// The catalogue's models on this machine.
public struct ModelStore: Sendable {
  /// What can be named.
  public var catalogue: ModelCatalogue
  /// Where files are kept.
  public var cache: HubCache

  /// A store.
  public init(catalogue: ModelCatalogue, cache: HubCache) {
    self.catalogue = catalogue
    self.cache = cache
  }

  /// What of a model is here.
  public enum State: Sendable, Hashable {
    /// Neither file.
    case absent
    /// One of the two files.
    case partly
    /// Weights and projector.
    case whole
  }

  /// The catalogue's entry of a name.
  ///
  /// - Throws: `HubFault.unknownModel`, with the names that are known.
  public func entry(_ name: String) throws(HubFault) -> ModelEntry {
    guard let entry = catalogue.entry(named: name) else {
      throw .unknownModel(name, known: catalogue.entries.map(\.name))
    }
    return entry
  }

  /// The paths of a model's weights and projector.
  ///
  /// - Throws: `HubFault.notPulled` unless both are here.
  public func location(of entry: ModelEntry) throws(HubFault) -> (weights: String, projector: String) {
    guard let weights = path(of: entry.weights, in: entry), let projector = path(of: entry.projector, in: entry) else {
      throw .notPulled(entry.name)
    }
    return (weights, projector)
  }

  /// What of a model is here.
  public func state(of entry: ModelEntry) -> State {
    let here = [entry.weights, entry.projector].map { path(of: $0, in: entry) != nil }
    return here.allSatisfy { $0 } ? .whole : here.contains(true) ? .partly : .absent
  }

  private func path(of file: ModelEntry.File, in entry: ModelEntry) -> String? {
    cache.path(of: file.file, in: entry.repository, revision: entry.revision)
  }

  /// Reads a model's files through and compares them with the digest in the entry or, without one, with the hub's,
  /// which is the blob's name.
  ///
  /// - Returns: each file's path and digest.
  /// - Throws: `HubFault.notPulled`, `HubFault.broken`; `UnreadableFile`.
  public func verify(_ entry: ModelEntry) throws -> [(path: String, digest: SHA256Digest)] {
    let paths = try location(of: entry)
    return try [(paths.weights, entry.weights), (paths.projector, entry.projector)].map { path, file in
      let name = URL(fileURLWithPath: path).resolvingSymlinksInPath().lastPathComponent
      let digest = try SHA256Digest(ofFileAt: path)
      guard let expected = file.sha256 ?? SHA256Digest(hexadecimal: name) else {
        throw HubFault.broken(path: path, reason: "nobody said which SHA-256 it should have; it has \(digest)")
      }
      guard digest == expected else {
        throw HubFault.broken(
          path: path, reason: "SHA-256 \(digest) where \(expected) was expected; remove it and pull it again")
      }
      return (path, digest)
    }
  }

  /// Removes a model's files; one that another model of the catalogue needs and has stays.
  ///
  /// - Returns: the bytes that became free.
  /// - Throws: `TransferFault.unwritable`.
  public func remove(_ entry: ModelEntry) throws -> Int64 {
    let others = catalogue.entries.filter { $0.name != entry.name && state(of: $0) == .whole }
    let kept = Set(others.flatMap(\.files).map { "\($0.repository)/\($0.file)" })
    return try entry.files.filter { !kept.contains("\($0.repository)/\($0.file)") }
      .reduce(Int64(0)) { freed, file in try freed + cache.remove(file.file, of: file.repository) }
  }
}

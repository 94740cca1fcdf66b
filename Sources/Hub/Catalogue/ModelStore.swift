import Digests
import Foundation
import Transfer

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

  /// Which of a model's files are here.
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

  /// Which of a model's files are here.
  public func state(of entry: ModelEntry) -> State {
    let here = [entry.weights, entry.projector].map { path(of: $0, in: entry) != nil }
    return here.allSatisfy { $0 } ? .whole : here.contains(true) ? .partly : .absent
  }

  private func path(of file: ModelEntry.File, in entry: ModelEntry) -> String? {
    cache.path(of: file.file, in: entry.repository, revision: entry.revision)
  }

  /// A file that was read through.
  public struct Verified: Sendable, Hashable {
    /// Where it is.
    public var path: String
    /// What it is.
    public var digest: SHA256Digest
    /// Whether its expected digest is known.
    public var isCompared: Bool
  }

  /// Reads a model's files completely and compares them with the digest in the entry or, without one, with the hub's:
  /// the name of the blob that a file links to. For a file that is not a link, the hub is asked.
  ///
  /// - Parameters:
  ///   - entry: the model.
  ///   - hub: the client for that; `nil` not to ask.
  /// - Throws: `HubFault.notPulled`, `HubFault.broken`; `UnreadableFile`; `CancellationError`.
  public func verify(_ entry: ModelEntry, asking hub: HubFetcher? = nil) async throws -> [Verified] {
    let paths = try location(of: entry)
    var verified: [Verified] = []
    for (path, file) in zip([paths.weights, paths.projector], entry.files) {
      let digest = try await SHA256Digest.ofFile(at: path)
      let expected = try await expected(file, at: path, asking: hub)
      guard expected == nil || digest == expected else {
        throw HubFault.broken(
          path: path,
          reason: "SHA-256 \(digest) where \(expected?.hexadecimal ?? "") was expected; remove it and pull it again")
      }
      verified.append(Verified(path: path, digest: digest, isCompared: expected != nil))
    }
    return verified
  }

  private func expected(_ file: HubFile, at path: String, asking hub: HubFetcher?) async throws -> SHA256Digest? {
    if let pinned = file.pinned { return pinned }
    if let named = HubCache.tag(ofFileAt: path).flatMap({ SHA256Digest(hexadecimal: $0) }) { return named }
    guard let hub, let commit = cache.commit(of: file.revision, in: file.repository) else { return nil }
    return try await hub.statedDigest(of: file, commit: commit)
  }

  /// Removes a model's files, except one that another pulled model of the catalogue needs.
  ///
  /// - Returns: the bytes that became free, and what stays.
  /// - Throws: `TransferFault.unwritable`.
  public func remove(_ entry: ModelEntry) throws -> Removal {
    let others = catalogue.entries.filter { $0.name != entry.name && state(of: $0) == .whole }
    let kept = Set(others.flatMap(\.files).map { "\($0.repository)/\($0.file)" })
    var removal = Removal()
    for file in entry.files where !kept.contains("\(file.repository)/\(file.file)") {
      removal.add(try cache.remove(file.file, of: file.repository))
    }
    removal.add(try cache.tidy(entry.repository, after: removal))
    return removal
  }

  /// Whether there is something to remove: a file of the model, or what an unfinished pull of its repository left.
  public func hasAnything(of entry: ModelEntry) -> Bool {
    state(of: entry) != .absent || cache.hasLeftovers(entry.repository)
  }
}

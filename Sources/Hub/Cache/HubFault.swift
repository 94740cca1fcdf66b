import Faults

/// Why the hub did not give a file.
public enum HubFault: Fault, Equatable {
  /// The repository is gated, and no token was sent or its owner has not accepted the terms.
  case gated(repository: String, page: String, hasToken: Bool)
  /// The hub rejected the token.
  case tokenRefused(repository: String)
  /// The repository does not exist, or is private.
  case noRepository(String, page: String)
  /// The repository has no such file or revision.
  case noFile(String, repository: String, revision: String)
  /// Offline mode is on, and the file is not in the cache.
  case offline(file: String, cache: String)
  /// The hub's answer lacks what its tools rely on.
  case unexpectedAnswer(file: String, reason: String)
  /// A name that is in no catalogue.
  case unknownModel(String, known: [String])
  /// The hub's content differs from the pinned digest.
  case otherThanPinned(file: String, pinned: String, hub: String)
  /// A model that has not been pulled yet.
  case notPulled(String)
  /// A model that another program keeps, of which a file is missing.
  case notWhole(String, keeper: String)
  /// A model that another program keeps without a projector of its own.
  case noProjector(String, keeper: String)
  /// A file in the cache that does not have the expected digest.
  case broken(path: String, reason: String)
  /// A catalogue or an entry of it that cannot be used.
  case badEntry(place: String, reason: String)

  public var kind: FaultKind {
    switch self {
    case .unknownModel: .usage
    case .notPulled, .notWhole, .noProjector, .broken, .otherThanPinned: .unusableWeights
    case .badEntry: .unusableInput
    default: .unavailable
    }
  }

  public var description: String {
    switch self {
    case .gated(let repository, let page, false):
      "\(repository) is gated: accept its terms on \(page), make an access token there under Settings, and set HF_TOKEN"
    case .gated(let repository, let page, true):
      "\(repository) is gated, and your token's owner has no access yet: accept its terms on \(page)"
    case .tokenRefused(let repository):
      "The hub refused the token for \(repository): check HF_TOKEN, or make a new one on the hub under Settings"
    case .noRepository(let repository, let page):
      "\(repository): no such repository, or a private one; see \(page), and set HF_TOKEN if it is yours"
    case .noFile(let file, let repository, let revision): "\(repository) has no file \(file) at revision \(revision)"
    case .offline(let file, let cache):
      "\(file) is not in \(cache), and HF_HUB_OFFLINE forbids fetching it"
    case .unexpectedAnswer(let file, let reason): "\(file): \(reason)"
    case .unknownModel(let name, let known):
      "\(name): no such model; known are \(known.joined(separator: ", "))"
    case .otherThanPinned(let file, let pinned, let hub):
      "\(file): SHA-256 \(pinned) is pinned, and the hub has \(hub); nothing was fetched"
    case .notPulled(let name): "\(name) is not on this machine: run dermgemma models pull \(name)"
    case .notWhole(let name, let keeper): "\(name): \(keeper) names a file that is not there; download it there again"
    case .noProjector(let name, let keeper):
      "\(name): \(keeper) keeps no projector of its own for it, which reading images needs: the model cannot see, or its vision is in "
        + "the same file. Take one that comes in two files, as from the hub (dermgemma models pull), or give --mmproj"
    case .broken(let path, let reason): "\(path): \(reason)"
    case .badEntry(let place, let reason): "\(place): \(reason)"
    }
  }
}

import Digests
import Foundation

/// One file of a repository, and how it gets into the cache.
public struct HubFile: Sendable, Hashable {
  /// `ORG/NAME`.
  public var repository: String
  /// A branch, a tag or a commit.
  public var revision: String
  /// The path in the repository.
  public var file: String
  /// The digest that it must have; `nil` to trust the hub's.
  public var pinned: SHA256Digest?

  /// A file.
  public init(repository: String, revision: String = "main", file: String, pinned: SHA256Digest? = nil) {
    self.repository = repository
    self.revision = revision
    self.file = file
    self.pinned = pinned
  }

  /// Ours are filled in any order, others' from the beginning: the names must differ.
  static let partialSuffix = ".dermgemma"

  /// What the hub says of a file before it is fetched.
  struct Announcement: Sendable, Hashable {
    var commit: String
    var tag: String
    var size: Int64
    var digest: SHA256Digest?
  }
}

/// Fetches files of the hub into the shared cache.
public struct HubFetcher: Sendable {
  /// Where the hub is and who we are.
  public var environment: HubEnvironment
  /// How files are fetched.
  public var download: FileDownload
  /// Hears what a person may want to know, in a sentence.
  public var notice: @Sendable (String) -> Void = { _ in }

  /// A fetcher.
  public init(environment: HubEnvironment, download: FileDownload) {
    self.environment = environment
    self.download = download
  }

  var cache: HubCache { HubCache(folder: environment.cache) }

  /// Makes sure that a file is in the cache, and gives its path.
  ///
  /// - Throws: ``HubFault``, ``TransferFault``, `CancellationError`.
  public func fetch(_ file: HubFile) async throws -> String {
    let here = cache.path(of: file.file, in: file.repository, revision: file.revision)
    if environment.isOffline {
      guard let here else { throw HubFault.offline(file: file.file, cache: environment.cache) }
      return here
    }
    let announced: HubFile.Announcement
    do {
      announced = try await announcement(of: file)
    } catch let fault as TransferFault where here != nil && fault.isTransient {
      notice("\(fault); using what is in the cache")
      return here ?? ""
    }
    if let pinned = file.pinned, let digest = announced.digest, pinned != digest {
      throw TransferFault.wrongDigest(
        name: file.file, expected: pinned.hexadecimal, found: digest.hexadecimal)
    }
    let blob = cache.blob(announced.tag, of: file.repository)
    let lock = cache.lock(announced.tag, of: file.repository)
    for path in [blob, lock] { try cache.makeFolder(URL(fileURLWithPath: path).deletingLastPathComponent().path) }
    let held = try await FileLock.hold(lock) { notice("Another program is fetching \(file.file); waiting for it") }
    defer { withExtendedLifetime(held) {} }
    if Self.size(of: blob) != announced.size {
      let source = RemoteFile(
        name: file.file, url: address(of: file, revision: announced.commit), headers: authorization,
        size: announced.size, digest: announced.digest ?? file.pinned, identity: announced.tag)
      let partial = blob + HubFile.partialSuffix
      _ = try await download.fetch(source, to: partial)
      guard rename(partial, blob) == 0 else {
        throw TransferFault.unwritable(path: blob, reason: String(cString: strerror(errno)))
      }
    }
    return try cache.link(
      file.file, of: file.repository, revision: file.revision, commit: announced.commit, toBlob: announced.tag)
  }

  private var authorization: [String: String] {
    environment.token.map { ["Authorization": "Bearer \($0)"] } ?? [:]
  }

  func address(of file: HubFile, revision: String) -> String {
    let allowed = CharacterSet.alphanumerics.intersection(CharacterSet(charactersIn: "\u{0}"..."\u{7F}"))
      .union(CharacterSet(charactersIn: "-._~/"))
    func escaped(_ text: String) -> String { text.addingPercentEncoding(withAllowedCharacters: allowed) ?? "" }
    return
      "\(environment.endpoint)/\(escaped(file.repository))/resolve/\(escaped(revision).replacing("/", with: "%2F"))/"
      + escaped(file.file)
  }

  /// Asks the hub, without following it to where the bytes are.
  private func announcement(of file: HubFile) async throws -> HubFile.Announcement {
    let request = HTTPRequest(address(of: file, revision: file.revision), method: .head, headers: authorization)
    let response = try await download.client.retries.run { _ in
      let response = try await download.client.exchange(request, following: .sameHost)
      if !response.isRedirect { try HTTPClient.check(response, of: file, environment) }
      return response
    }
    guard let commit = response.header("x-repo-commit"), HubCache.isCommit(commit) else {
      throw HubFault.strangeAnswer(
        file: file.file, reason: "\(environment.endpoint) does not name a commit; is it a Hugging Face hub?")
    }
    var tag = response.header("x-linked-etag") ?? response.header("etag") ?? ""
    if tag.hasPrefix("W/") { tag.removeFirst(2) }
    tag = tag.replacing("\"", with: "")
    // It becomes a file's name.
    guard !tag.isEmpty,
      tag.utf8.allSatisfy({ Character(UnicodeScalar($0)).isLetter || (0x30...0x39).contains($0) || $0 == 0x2D })
    else { throw HubFault.strangeAnswer(file: file.file, reason: "the hub sent no usable entity tag") }
    guard let size = response.header("x-linked-size").flatMap({ Int64($0) }) ?? response.contentLength, size > 0 else {
      throw HubFault.strangeAnswer(file: file.file, reason: "the hub does not tell its size")
    }
    return HubFile.Announcement(
      commit: commit.lowercased(), tag: tag, size: size, digest: SHA256Digest(hexadecimal: tag))
  }

  static func size(of path: String) -> Int64? {
    var status = stat()
    return stat(path, &status) == 0 ? Int64(status.st_size) : nil
  }
}

extension HTTPClient {
  /// - Throws: `HubFault` for what the hub explains, else as `check`.
  fileprivate static func check(_ response: HTTPResponse, of file: HubFile, _ environment: HubEnvironment) throws {
    let page = "\(environment.endpoint)/\(file.repository)"
    let code = response.header("x-error-code")
    let hasToken = environment.token != nil
    switch (response.status, code) {
    case (401, "GatedRepo"), (403, "GatedRepo"):
      throw HubFault.gated(repository: file.repository, page: page, hasToken: hasToken)
    // The hub says 401 for repositories that do not exist, too.
    case (401, "RepoNotFound"), (404, "RepoNotFound"): throw HubFault.noRepository(file.repository, page: page)
    case (404, "EntryNotFound"), (404, "RevisionNotFound"), (404, nil):
      throw HubFault.noFile(file.file, repository: file.repository, revision: file.revision)
    case (401, _) where hasToken: throw HubFault.tokenRefused(repository: file.repository)
    case (401, _), (403, _): throw HubFault.gated(repository: file.repository, page: page, hasToken: hasToken)
    default: try check(response)
    }
  }
}

import Digests
import Faults
import Foundation
import Transfer

/// Fetches files of the hub into the shared cache.
public struct HubFetcher: Sendable {
  /// The hub's address and our token.
  public var environment: HubEnvironment
  /// How files are fetched.
  public var download: FileDownload
  /// Called with messages for the user, one sentence each.
  public var notice: @Sendable (String) -> Void = { _ in }

  /// A fetcher.
  public init(environment: HubEnvironment, download: FileDownload) {
    self.environment = environment
    self.download = download
  }

  var cache: HubCache { HubCache(folder: environment.cache, usesLinks: environment.usesLinks) }

  /// Makes sure that a file is in the cache, and returns its path. A file that is already there is not downloaded
  /// again, and then nothing is written: the cache may belong to another user.
  ///
  /// - Throws: ``HubFault``, `TransferFault`, `UnreadableFile`, `CancellationError`.
  public func fetch(_ file: HubFile) async throws -> String {
    let here = cache.path(of: file.file, in: file.repository, revision: file.revision)
    let found = try await digest(of: here, comparedWith: file.pinned)
    if let here, found != nil, found == file.pinned { return here }
    /// The cached file for when the hub cannot be reached; a file that differs from the pin does not count.
    func kept(_ here: String) throws -> String {
      guard let pinned = file.pinned, let found else { return here }
      throw HubFault.broken(path: here, reason: "SHA-256 \(found) where \(pinned) is pinned")
    }
    if environment.isOffline {
      guard let here else { throw HubFault.offline(file: file.file, cache: environment.cache) }
      return try kept(here)
    }
    let announced: HubFile.Metadata
    do {
      announced = try await metadata(of: file, revision: file.revision)
    } catch let fault as TransferFault where fault.isTransient {
      guard let here else { throw fault }
      let path = try kept(here)
      notice("\(fault); using what is in the cache")
      return path
    }
    if let pinned = file.pinned, let digest = announced.digest, pinned != digest {
      throw HubFault.otherThanPinned(file: file.file, pinned: pinned.hexadecimal, hub: digest.hexadecimal)
    }
    if let path = try await present(file, announced) {
      try? cache.note(announced.commit, as: file.revision, of: file.repository)
      return path
    }
    return try await fetched(file, announced)
  }

  /// The path of a file that is in the announced commit's snapshot already.
  private func present(_ file: HubFile, _ announced: HubFile.Metadata) async throws -> String? {
    let path = cache.place(of: file.file, in: file.repository, commit: announced.commit)
    guard Self.size(of: path) == announced.size else { return nil }
    return try await digest(of: path, comparedWith: file.pinned) == file.pinned ? path : nil
  }

  private func fetched(_ file: HubFile, _ announced: HubFile.Metadata) async throws -> String {
    let blob = cache.blob(announced.tag, of: file.repository)
    let lock = cache.lock(announced.tag, of: file.repository)
    for path in [blob, lock] { try cache.makeFolder(URL(fileURLWithPath: path).deletingLastPathComponent().path) }
    let held = try await FileLock.hold(lock) { notice("Another program is fetching \(file.file); waiting for it") }
    defer { withExtendedLifetime(held) {} }
    // Without links, the process that we waited for has put it there.
    if let path = try await present(file, announced) { return path }
    var isNew = false
    var isWhole = Self.size(of: blob) == announced.size
    if isWhole { isWhole = try await digest(of: blob, comparedWith: file.pinned) == file.pinned }
    if !isWhole {
      let source = RemoteFile(
        name: file.file, url: address(of: file, revision: announced.commit), headers: authorization,
        trustedHosts: HubEnvironment.publicHosts, size: announced.size, digest: announced.digest ?? file.pinned,
        identity: announced.tag)
      let partial = blob + HubFile.partialSuffix
      _ = try await download.fetch(source, to: partial)
      guard rename(partial, blob) == 0 else {
        throw TransferFault.unwritable(path: blob, reason: String(cString: strerror(errno)))
      }
      isNew = true
    }
    let (cache, moves) = (cache, isNew)
    // Without links this may copy gigabytes.
    return try await BlockingWork.run { _ in
      try cache.link(
        file.file, of: file.repository, revision: file.revision, commit: announced.commit, toBlob: announced.tag,
        isNew: moves)
    }
  }

  /// A file's digest if there is one to compare it with, otherwise `nil`.
  private func digest(of path: String?, comparedWith pinned: SHA256Digest?) async throws -> SHA256Digest? {
    guard let path, pinned != nil else { return nil }
    notice("Comparing \(URL(fileURLWithPath: path).lastPathComponent) with the SHA-256 that is pinned")
    return try await SHA256Digest.ofFile(at: path)
  }

  /// The SHA-256 that the hub states for a file of a commit; `nil` when it cannot be asked, or states none.
  ///
  /// - Throws: `CancellationError`.
  public func statedDigest(of file: HubFile, commit: String) async throws -> SHA256Digest? {
    guard !environment.isOffline else { return nil }
    do {
      return try await metadata(of: file, revision: commit).digest
    } catch is HubFault {
      return nil
    } catch is TransferFault {
      return nil
    }
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

  /// Sends a HEAD request to the hub, without following the redirect to the storage. A redirect that tells nothing of
  /// the file, as of a mirror that has moved, is followed.
  private func metadata(of file: HubFile, revision: String) async throws -> HubFile.Metadata {
    let request = ClientRequest(
      address(of: file, revision: revision), method: .head, headers: authorization,
      trustedHosts: HubEnvironment.publicHosts)
    let response = try await download.client.retries.run { _ in
      let response = try await download.client.exchange(
        request, following: .unless { $0.header("x-repo-commit") != nil || $0.header("x-linked-etag") != nil })
      if !response.isRedirect { try HTTPClient.check(response, of: file, environment) }
      return response
    }
    let commit = try commit(in: response, for: file, revision: revision)
    var tag = response.header("x-linked-etag") ?? response.header("etag") ?? ""
    if tag.hasPrefix("W/") { tag.removeFirst(2) }
    tag = tag.replacing("\"", with: "")
    // It becomes a file's name.
    guard !tag.isEmpty,
      tag.utf8.allSatisfy({ Character(UnicodeScalar($0)).isLetter || (0x30...0x39).contains($0) || $0 == 0x2D })
    else { throw HubFault.unexpectedAnswer(file: file.file, reason: "the hub sent no usable entity tag") }
    guard let size = response.header("x-linked-size").flatMap({ Int64($0) }) ?? response.contentLength, size > 0 else {
      throw HubFault.unexpectedAnswer(file: file.file, reason: "the hub does not state its size")
    }
    return HubFile.Metadata(
      commit: commit, tag: tag, size: size, digest: SHA256Digest(hexadecimal: tag))
  }

  /// The commit that a response is about. Some proxies drop the header; it is not needed when the revision is a commit.
  private func commit(in response: ClientResponse, for file: HubFile, revision: String) throws(HubFault) -> String {
    let server = Origin(response.url) == Origin(environment.endpoint) ? environment.endpoint : response.url
    func unexpected(_ reason: String) -> HubFault { .unexpectedAnswer(file: file.file, reason: server + " " + reason) }
    if response.header("content-type")?.lowercased().hasPrefix("text/html") == true, !response.isRedirect {
      throw unexpected("sent a page for people instead of a file; is it a Hugging Face hub?")
    }
    if let named = response.header("x-repo-commit") {
      guard HubCache.isCommit(named) else { throw unexpected("names no commit that can be one") }
      return named.lowercased()
    }
    guard HubCache.isCommit(revision) else {
      throw unexpected(
        "does not name a commit; is it a Hugging Face hub? Behind a proxy that leaves X-Repo-Commit out, give the model a "
          + "commit of 40 digits as its revision")
    }
    return revision.lowercased()
  }

  static func size(of path: String) -> Int64? {
    var status = stat()
    return stat(path, &status) == 0 ? Int64(status.st_size) : nil
  }
}

extension HTTPClient {
  /// - Throws: a `HubFault` for errors that the hub explains, otherwise as `check` does.
  fileprivate static func check(_ response: ClientResponse, of file: HubFile, _ environment: HubEnvironment) throws {
    let page = "\(environment.endpoint)/\(file.repository)"
    let code = response.header("x-error-code")
    let hasToken = environment.token != nil
    if [401, 403].contains(response.status), hasToken, let origin = Origin(response.url),
      origin != Origin(environment.endpoint), !HubEnvironment.publicHosts.contains(origin.host)
    {
      throw HubFault.unexpectedAnswer(
        file: file.file,
        reason:
          "\(environment.endpoint) redirects to \(origin.host), which answers \(response.status) and was not sent the "
          + "token; set HF_ENDPOINT to it if you trust it")
    }
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

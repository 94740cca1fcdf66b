import AtomicFiles
import Faults
import Foundation
import Transfer

/// The hub's cache on this machine, laid out as all of its tools do:
/// `models--ORG--NAME/{refs/REVISION, blobs/ETAG, snapshots/COMMIT/FILE -> ../../blobs/ETAG}`.
///
/// Without symbolic links, or if the cache was copied without them, the files are in `snapshots` themselves. For a file
/// downloaded with Xet, `blobs/ETAG` is a link too, into a store of the whole cache (`SharedBlobs`).
public struct HubCache: Sendable, Hashable {
  /// The cache's folder.
  public var folder: String
  /// Whether links are made where the file system has them.
  public var usesLinks: Bool

  /// A cache.
  public init(folder: String, usesLinks: Bool = true) {
    self.folder = folder
    self.usesLinks = usesLinks
  }

  private func name(of repository: String) -> String {
    "models--" + repository.split(separator: "/").joined(separator: "--")
  }

  func repositoryFolder(_ repository: String) -> String { folder + "/" + name(of: repository) }

  func blob(_ tag: String, of repository: String) -> String { repositoryFolder(repository) + "/blobs/" + tag }

  func lock(_ tag: String, of repository: String) -> String { "\(folder)/.locks/\(name(of: repository))/\(tag).lock" }

  func place(of file: String, in repository: String, commit: String) -> String {
    "\(repositoryFolder(repository))/snapshots/\(commit)/\(file)"
  }

  /// The commit of a revision on this machine; `nil` when it was not requested yet.
  func commit(of revision: String, in repository: String) -> String? {
    if Self.isCommit(revision) { return revision.lowercased() }
    return FileManager.default.contents(atPath: "\(repositoryFolder(repository))/refs/\(revision)")
      .map { String(decoding: $0, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines) }
      .flatMap { Self.isCommit($0) ? $0 : nil }
  }

  /// The path of a file of a revision; `nil` when it is not in the cache.
  public func path(of file: String, in repository: String, revision: String) -> String? {
    commit(of: revision, in: repository).map { place(of: file, in: repository, commit: $0) }
      .flatMap { FileManager.default.fileExists(atPath: $0) ? $0 : nil }
  }

  /// The name of the blob that a file of a snapshot links to, following one link: the next may lead into the cache-wide
  /// store, whose names are other digests. `nil` for a file that is not a link.
  static func tag(ofFileAt path: String) -> String? {
    (try? FileManager.default.destinationOfSymbolicLink(atPath: path))?.split(separator: "/").last.map(String.init)
  }

  /// Links a file into a commit's snapshot, and a revision's name to that commit.
  ///
  /// - Parameter isNew: whether the blob was made for this file; without links it is then moved, and otherwise copied.
  /// - Throws: `TransferFault.unwritable`.
  func link(
    _ file: String, of repository: String, revision: String, commit: String, toBlob tag: String, isNew: Bool
  ) throws(TransferFault) -> String {
    let path = place(of: file, in: repository, commit: commit)
    let depth = file.split(separator: "/").count
    let target = String(repeating: "../", count: depth + 1) + "blobs/" + tag
    try makeFolder(URL(fileURLWithPath: path).deletingLastPathComponent().path)
    if (try? FileManager.default.destinationOfSymbolicLink(atPath: path)) != target {
      // Written beside it and then renamed, so that the path is never empty.
      let fresh = "\(path).\(getpid()).link"
      unlink(fresh)
      if usesLinks, symlink(target, fresh) == 0 {
        try move(fresh, to: path)
      } else {
        let reason = errno
        guard !usesLinks || Self.lacksLinks(reason) else {
          throw .unwritable(path: path, reason: String(cString: strerror(reason)))
        }
        try put(blob(tag, of: repository), at: path, isNew: isNew, by: fresh)
      }
    }
    try note(commit, as: revision, of: repository)
    return path
  }

  /// Whether this is how a file system says that it has no symbolic links: FAT, exFAT, SMB, FUSE.
  static func lacksLinks(_ error: Int32) -> Bool { [EPERM, EOPNOTSUPP, ENOTSUP, ENOSYS].contains(error) }

  private func put(_ blob: String, at path: String, isNew: Bool, by fresh: String) throws(TransferFault) {
    if isNew { return try move(blob, to: path) }
    do {
      try FileManager.default.copyItem(
        atPath: URL(fileURLWithPath: blob).resolvingSymlinksInPath().path, toPath: fresh)
    } catch {
      throw .unwritable(path: path, reason: plainReason(of: error, at: path))
    }
    try move(fresh, to: path)
  }

  private func move(_ source: String, to path: String) throws(TransferFault) {
    guard rename(source, path) == 0 else { throw .unwritable(path: path, reason: String(cString: strerror(errno))) }
  }

  /// Sets the commit of a branch or tag.
  ///
  /// - Throws: `TransferFault.unwritable`.
  func note(_ commit: String, as revision: String, of repository: String) throws(TransferFault) {
    guard !Self.isCommit(revision), self.commit(of: revision, in: repository) != commit else { return }
    let path = "\(repositoryFolder(repository))/refs/\(revision)"
    try makeFolder(URL(fileURLWithPath: path).deletingLastPathComponent().path)
    do throws(UnwritableFile) {
      try AtomicFile.write(commit.utf8, to: path)
    } catch {
      throw .unwritable(path: error.path, reason: error.reason)
    }
  }

  func makeFolder(_ path: String) throws(TransferFault) {
    do throws(UnwritableFile) {
      try Folder.make(path)
    } catch {
      throw .unwritable(path: error.path, reason: error.reason)
    }
  }

  static func isCommit(_ revision: String) -> Bool {
    revision.utf8.count == 40 && revision.utf8.allSatisfy { Character(UnicodeScalar($0)).isHexDigit }
  }
}

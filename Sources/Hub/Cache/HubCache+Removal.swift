import Faults
import Foundation
import Transfer

/// The result of a removal.
public struct Removal: Sendable, Hashable {
  /// Bytes that became free.
  public var freed: Int64 = 0
  /// What could not be removed, each with the reason, in a sentence.
  public var kept: [String] = []
  /// Commits without any remaining file.
  var emptied: Set<String> = []

  mutating func add(_ other: Removal) {
    freed += other.freed
    kept += other.kept
    emptied.formUnion(other.emptied)
  }
}

extension HubCache {
  /// Removes a file from all snapshots of a repository, and its blobs if nothing else links to them.
  ///
  /// - Throws: `TransferFault.unwritable`.
  func remove(_ file: String, of repository: String) throws(TransferFault) -> Removal {
    let base = repositoryFolder(repository)
    var removal = Removal()
    var (tags, sizes): (Set<String>, Set<Int64>) = ([], [])
    for commit in Self.names(in: base + "/snapshots") {
      let path = place(of: file, in: repository, commit: commit)
      var status = stat()
      guard lstat(path, &status) == 0 else { continue }
      if let tag = Self.tag(ofFileAt: path) { tags.insert(tag) } else { sizes.insert(Int64(status.st_size)) }
      removal.freed += DiskSpace.freed(byRemoving: path)
      try Self.unlinked(path)
      Self.removeEmptyFolders(below: "\(base)/snapshots/\(commit)")
      if !FileManager.default.fileExists(atPath: "\(base)/snapshots/\(commit)") { removal.emptied.insert(commit) }
    }
    let rest = contents(of: repository)
    tags.subtract(rest.tags)
    // If copying turned the links into files, their blobs are beside them and nothing links there.
    for name in Self.names(in: base + "/blobs") where name.utf8.count == 64 && !rest.tags.contains(name) {
      var status = stat()
      guard lstat("\(base)/blobs/\(name)", &status) == 0, status.st_mode & S_IFMT == S_IFREG else { continue }
      let size = Int64(status.st_size)
      if sizes.contains(size), !rest.sizes.contains(size) { tags.insert(name) }
    }
    for tag in tags.sorted() where !tag.isEmpty && tag != ".." { removal.add(try removeBlob(tag, of: repository)) }
    return removal
  }

  private func removeBlob(_ tag: String, of repository: String) throws(TransferFault) -> Removal {
    let path = blob(tag, of: repository)
    let store = SharedBlobs(cache: folder)
    let stored = store.target(ofBlob: path)
    var removal = Removal(freed: DiskSpace.freed(byRemoving: path))
    for leftover in [path] + FileDownload.leftovers(of: path + HubFile.partialSuffix) { try Self.unlinked(leftover) }
    guard let stored else { return removal }
    switch store.release(stored) {
    case .freed(let bytes): removal.freed += bytes
    case .kept(let reason): removal.kept.append("\(stored) stays: \(reason)")
    }
    return removal
  }

  /// Removes dangling names after files were removed. Of a repository without any file it removes everything, as the
  /// hub's own tool does, except what another program is downloading.
  ///
  /// - Throws: `TransferFault.unwritable`.
  func tidy(_ repository: String, after removal: Removal) throws(TransferFault) -> Removal {
    let base = repositoryFolder(repository)
    for name in Self.files(below: base + "/refs") {
      let path = "\(base)/refs/\(name)"
      let commit = FileManager.default.contents(atPath: path).map { String(decoding: $0, as: UTF8.self) } ?? ""
      if removal.emptied.contains(commit.trimmingCharacters(in: .whitespacesAndNewlines)) { try Self.unlinked(path) }
    }
    Self.removeEmptyFolders(below: base + "/refs")
    var further = Removal()
    guard Self.files(below: base + "/snapshots").isEmpty else { return further }
    var isBusy = false
    for name in Self.names(in: base + "/blobs") {
      let tag = name.components(separatedBy: HubFile.partialSuffix + ".")[0]
      guard tag != name else {
        isBusy = true
        continue
      }
      let path = lock(tag, of: repository)
      if FileManager.default.fileExists(atPath: path), try FileLock.take(path) == nil {
        isBusy = true
        continue
      }
      further.freed += DiskSpace.freed(byRemoving: "\(base)/blobs/\(name)")
      try Self.unlinked("\(base)/blobs/\(name)")
    }
    if !isBusy { try? FileManager.default.removeItem(atPath: base) }
    return further
  }

  /// Whether an unfinished pull left files.
  func hasLeftovers(_ repository: String) -> Bool {
    Self.names(in: repositoryFolder(repository) + "/blobs").contains { $0.contains(HubFile.partialSuffix + ".") }
  }

  /// What the snapshots of a repository link to: the names of the blobs, and the sizes of files that are in the
  /// snapshots themselves.
  private func contents(of repository: String) -> (tags: Set<String>, sizes: Set<Int64>) {
    let folder = repositoryFolder(repository) + "/snapshots"
    var (tags, sizes): (Set<String>, Set<Int64>) = ([], [])
    for name in Self.files(below: folder) {
      if let tag = Self.tag(ofFileAt: folder + "/" + name) {
        tags.insert(tag)
      } else if let size = HubFetcher.size(of: folder + "/" + name) {
        sizes.insert(size)
      }
    }
    return (tags, sizes)
  }

  private static func unlinked(_ path: String) throws(TransferFault) {
    guard unlink(path) == 0 || errno == ENOENT else {
      throw .unwritable(path: path, reason: String(cString: strerror(errno)))
    }
  }

  private static func names(in folder: String) -> [String] {
    ((try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []).sorted()
  }

  /// Files and links at any depth, with their paths from there; links are not followed.
  private static func files(below folder: String) -> [String] {
    names(in: folder).flatMap { name -> [String] in
      var status = stat()
      guard lstat(folder + "/" + name, &status) == 0 else { return [] }
      return status.st_mode & S_IFMT == S_IFDIR ? files(below: folder + "/" + name).map { name + "/" + $0 } : [name]
    }
  }

  /// Removes a folder and its subfolders unless they contain files.
  private static func removeEmptyFolders(below folder: String) {
    for name in names(in: folder) where tag(ofFileAt: folder + "/" + name) == nil {
      removeEmptyFolders(below: folder + "/" + name)
    }
    rmdir(folder)
  }
}

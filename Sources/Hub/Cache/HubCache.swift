import Faults
import Foundation

/// The hub's cache on this machine, laid out as all of its tools do:
/// `models--ORG--NAME/{refs/REVISION, blobs/ETAG, snapshots/COMMIT/FILE -> ../../blobs/ETAG}`.
public struct HubCache: Sendable, Hashable {
  /// The cache's folder.
  public var folder: String

  /// A cache.
  public init(folder: String) { self.folder = folder }

  func repositoryFolder(_ repository: String) -> String {
    folder + "/models--" + repository.split(separator: "/").joined(separator: "--")
  }

  func blob(_ tag: String, of repository: String) -> String { repositoryFolder(repository) + "/blobs/" + tag }

  func lock(_ tag: String, of repository: String) -> String {
    let name = "models--" + repository.split(separator: "/").joined(separator: "--")
    return "\(folder)/.locks/\(name)/\(tag).lock"
  }

  /// The path by which a file of a revision can be opened; `nil` when it is not here.
  public func path(of file: String, in repository: String, revision: String) -> String? {
    let base = repositoryFolder(repository)
    var commits: [String] = []
    if Self.isCommit(revision) {
      commits = [revision]
    } else if let commit = FileManager.default.contents(atPath: "\(base)/refs/\(revision)") {
      commits = [String(decoding: commit, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)]
    }
    return commits.map { "\(base)/snapshots/\($0)/\(file)" }.first { FileManager.default.fileExists(atPath: $0) }
  }

  /// Lets a file of a commit be found, and a revision's name lead to that commit.
  ///
  /// - Throws: `TransferFault.unwritable`.
  func link(_ file: String, of repository: String, revision: String, commit: String, toBlob tag: String) throws
    -> String
  {
    let base = repositoryFolder(repository)
    let path = "\(base)/snapshots/\(commit)/\(file)"
    let depth = file.split(separator: "/").count
    let target = String(repeating: "../", count: depth + 1) + "blobs/" + tag
    do {
      try makeFolder(URL(fileURLWithPath: path).deletingLastPathComponent().path)
      if (try? FileManager.default.destinationOfSymbolicLink(atPath: path)) != target {
        // Beside it and then renamed: nobody ever finds the place empty.
        let fresh = "\(path).\(getpid()).link"
        unlink(fresh)
        try FileManager.default.createSymbolicLink(atPath: fresh, withDestinationPath: target)
        guard rename(fresh, path) == 0 else {
          throw TransferFault.unwritable(path: path, reason: String(cString: strerror(errno)))
        }
      }
      if !Self.isCommit(revision) {
        try makeFolder(URL(fileURLWithPath: "\(base)/refs/\(revision)").deletingLastPathComponent().path)
        try Data(commit.utf8).write(to: URL(fileURLWithPath: "\(base)/refs/\(revision)"), options: .atomic)
      }
    } catch let fault as TransferFault {
      throw fault
    } catch {
      throw TransferFault.unwritable(path: path, reason: plainReason(of: error, at: path))
    }
    return path
  }

  func makeFolder(_ path: String) throws(TransferFault) {
    do {
      try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    } catch {
      throw .unwritable(path: path, reason: plainReason(of: error, at: path))
    }
  }

  /// Removes a file from all snapshots of a repository, and its blobs where nothing else leads to them.
  ///
  /// - Returns: the bytes that became free.
  /// - Throws: `TransferFault.unwritable`.
  func remove(_ file: String, of repository: String) throws(TransferFault) -> Int64 {
    let base = repositoryFolder(repository)
    let files = FileManager.default
    var tags: Set<String> = []
    for commit in (try? files.contentsOfDirectory(atPath: base + "/snapshots")) ?? [] {
      let path = "\(base)/snapshots/\(commit)/\(file)"
      guard let target = try? files.destinationOfSymbolicLink(atPath: path) else { continue }
      tags.insert(String(target.split(separator: "/").last ?? ""))
      guard unlink(path) == 0 else { throw .unwritable(path: path, reason: String(cString: strerror(errno))) }
      rmdir("\(base)/snapshots/\(commit)")
    }
    let others = linkedTags(below: base + "/snapshots")
    var freed: Int64 = 0
    for tag in tags.subtracting(others) where !tag.isEmpty && tag != ".." {
      let path = blob(tag, of: repository)
      freed += DiskSpace.occupied(by: path)
      for leftover in [path, path + HubFile.partialSuffix + ".incomplete", path + HubFile.partialSuffix + ".pieces"] {
        guard unlink(leftover) == 0 || errno == ENOENT else {
          throw .unwritable(path: leftover, reason: String(cString: strerror(errno)))
        }
      }
    }
    return freed
  }

  private func linkedTags(below folder: String) -> Set<String> {
    var tags: Set<String> = []
    let walk = FileManager.default.enumerator(atPath: folder)
    while let name = walk?.nextObject() as? String {
      if let target = try? FileManager.default.destinationOfSymbolicLink(atPath: folder + "/" + name) {
        tags.insert(String(target.split(separator: "/").last ?? ""))
      }
    }
    return tags
  }

  static func isCommit(_ revision: String) -> Bool {
    revision.utf8.count == 40 && revision.utf8.allSatisfy { Character(UnicodeScalar($0)).isHexDigit }
  }
}

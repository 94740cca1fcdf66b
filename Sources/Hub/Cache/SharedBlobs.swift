import Foundation
import Transfer

/// The store of the whole cache for files that came by Xet, as huggingface_hub 2.4.0 keeps it
/// (`utils/_shared_blobs.py`): `blobs/XX/HASH` holds the bytes, `HASH.refs` names the repositories' blobs that link to
/// it, and `HASH.lock` guards both.
struct SharedBlobs {
  /// The cache's folder.
  let cache: String

  private var folder: String { Self.absolute(cache) + "/blobs" }

  /// The result of releasing a stored file that one repository no longer needs.
  enum Release: Equatable {
    case freed(Int64)
    case kept(reason: String)
  }

  /// The stored file that a repository's blob links to; `nil` for any other blob.
  func target(ofBlob blob: String) -> String? {
    let blob = Self.absolute(blob)
    guard let link = try? FileManager.default.destinationOfSymbolicLink(atPath: blob) else { return nil }
    let target = link.hasPrefix("/") ? Self.plain(link) : Self.plain(blob + "/../" + link)
    let parts = target.dropFirst(folder.count + 1).split(separator: "/", omittingEmptySubsequences: false)
    guard target.hasPrefix(folder + "/"), parts.count == 2, parts[1].count == 64, parts[0] == parts[1].prefix(2),
      parts[1].utf8.allSatisfy({ (0x30...0x39).contains($0) || (0x61...0x66).contains($0) })
    else { return nil }
    return target
  }

  /// Deletes a stored file when it is certain that no blob links to it any more.
  func release(_ stored: String) -> Release {
    // A layout of an unknown version is not changed.
    guard FileManager.default.contents(atPath: folder + "/.huggingface-shared-blobs") == Data("1\n".utf8) else {
      return .kept(reason: "\(folder) is not laid out as we know it")
    }
    do {
      guard let lock = try FileLock.take(stored + ".lock", mode: 0o666) else {
        return .kept(reason: "another program is using it")
      }
      return withExtendedLifetime(lock) { releaseLocked(stored) }
    } catch {
      return .kept(reason: "\(error)")
    }
  }

  private func releaseLocked(_ stored: String) -> Release {
    guard let list = FileManager.default.contents(atPath: stored + ".refs") else {
      return .kept(reason: "nothing says what else needs it (\(stored).refs)")
    }
    let users = String(decoding: list, as: UTF8.self).split(whereSeparator: \.isNewline).filter { line in
      !line.hasPrefix("/") && !line.split(separator: "/").contains("..")
        && target(ofBlob: Self.absolute(cache) + "/" + line) == stored
    }
    guard users.isEmpty else {
      let count = Set(users).count
      return .kept(reason: count == 1 ? "\(users[0]) needs it" : "\(count) other files of the cache need it")
    }
    let freed = DiskSpace.freed(byRemoving: stored)
    guard unlink(stored) == 0 || errno == ENOENT else { return .kept(reason: String(cString: strerror(errno))) }
    unlink(stored + ".refs")
    return .freed(freed)
  }

  private static func absolute(_ path: String) -> String {
    plain(path.hasPrefix("/") ? path : FileManager.default.currentDirectoryPath + "/" + path)
  }

  /// An absolute path without `.` and `..`, regardless of links in it, as in the tool that makes the links.
  private static func plain(_ path: String) -> String {
    var parts: [Substring] = []
    for part in path.split(separator: "/") where part != "." {
      if part == ".." { _ = parts.popLast() } else { parts.append(part) }
    }
    return "/" + parts.joined(separator: "/")
  }
}

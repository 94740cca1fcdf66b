import Faults
import Foundation

/// Looks for images in a folder and the folders in it.
///
/// A file is an image if its first bytes say so, whatever its name; a file with an image's extension is taken too, so
/// that a broken one fails in its place. Links to files count as files. Links to folders are followed after all real
/// folders, and no folder is visited twice, so cycles of links end.
///
/// A folder's listing says which names are files. What it says is not asked of the file again: on a network, each question
/// takes a message.
struct FolderWalk {
  private struct Identity: Hashable {
    var device: UInt64
    var inode: UInt64
  }
  private struct Link {
    var parts: [String]
    var path: String
  }
  /// What a folder's listing says of an entry.
  private enum Kind {
    case file, link
    /// A folder, something else, or a file system that does not say.
    case other

    init(_ type: Int) {
      self = type == Int(DT_REG) ? .file : type == Int(DT_LNK) ? .link : .other
    }
  }

  /// Images, by the names of the folders that lead to them, the root's left out.
  private(set) var found: [[String]] = []
  private(set) var skipped = SkippedFiles()
  private var seen: Set<Identity> = []
  private var links: [Link] = []
  /// Files that were asked for their kind or their first bytes.
  private(set) var looks = 0
  private let root: String
  private let known: Set<String>

  /// Walks a folder; an unreadable subfolder is skipped and reported.
  ///
  /// - Parameters:
  ///   - root: the folder's path.
  ///   - known: files, by their paths below the folder, that were found to be images before and are not looked at again.
  init(_ root: String, known: Set<String> = []) {
    self.known = known
    self.root = root.hasSuffix("/") ? root : root + "/"
    enter([], path: root)
    while !links.isEmpty {
      let waiting = links
      links = []
      for link in waiting.sorted(by: { Self.precedes($0.parts, $1.parts) }) { enter(link.parts, path: link.path) }
    }
    found.sort(by: Self.precedes)
  }

  /// The images' paths, by name, folder by folder.
  var images: [String] { found.map { root + $0.joined(separator: "/") } }

  private static func precedes(_ first: [String], _ second: [String]) -> Bool {
    first.lexicographicallyPrecedes(second)
  }

  private mutating func enter(_ parts: [String], path: String) {
    let name = parts.joined(separator: "/")
    var status = stat()
    guard FileName.withPath(path, { stat($0, &status) }) == 0 else {
      return skipped.add(name, "cannot be read (\(String(cString: strerror(errno))))")
    }
    guard seen.insert(Identity(device: UInt64(status.st_dev), inode: UInt64(status.st_ino))).inserted else {
      return skipped.add(name, "a link to a folder that is looked at anyway")
    }
    guard let entries = Self.entries(ofFolder: path) else {
      return skipped.add(name.isEmpty ? path : name, "cannot be read (\(String(cString: strerror(errno))))")
    }
    for entry in entries.sorted(by: { $0.name < $1.name }) {
      visit(parts + [entry.name], entry.kind, path: path.hasSuffix("/") ? path + entry.name : path + "/" + entry.name)
    }
  }

  private mutating func visit(_ parts: [String], _ kind: Kind, path: String) {
    let (name, shown) = (parts.last ?? "", parts.joined(separator: "/"))
    guard !name.hasPrefix(".") else { return skipped.add(shown, "hidden") }
    if kind != .other, known.contains(shown), !DatabaseFile.isNamed(name) { return found.append(parts) }
    if kind == .file { return take(parts, path: path) }
    looks += 1
    var (status, target) = (stat(), stat())
    guard FileName.withPath(path, { lstat($0, &status) }) == 0 else {
      return skipped.add(shown, "cannot be read (\(String(cString: strerror(errno))))")
    }
    let isLink = status.st_mode & S_IFMT == S_IFLNK
    guard FileName.withPath(path, { stat($0, &target) }) == 0 else {
      // A broken link with an image's name fails in its place.
      if ImageFiles.hasExtension(name) {
        found.append(parts)
      } else {
        skipped.add(shown, "a link that leads nowhere")
      }
      return
    }
    switch target.st_mode & S_IFMT {
    case S_IFDIR where isLink: links.append(Link(parts: parts, path: path))
    case S_IFDIR: enter(parts, path: path)
    case S_IFREG: take(parts, path: path)
    default: skipped.add(shown, "a pipe, a socket or a device")
    }
  }

  /// Takes a file, if it is an image.
  private mutating func take(_ parts: [String], path: String) {
    let (name, shown) = (parts.last ?? "", parts.joined(separator: "/"))
    // A run's records may lie among its images, and must not be opened.
    guard !DatabaseFile.isNamed(name) else { return skipped.add(shown, "a database") }
    guard !ImageFiles.hasExtension(name) else { return found.append(parts) }
    looks += 1
    if let reason = Self.reason(notToRead: path) {
      skipped.add(shown, reason)
    } else {
      found.append(parts)
    }
  }

  /// Why a file is not an image, by its first bytes; `nil` for an image.
  private static func reason(notToRead path: String) -> String? {
    let file = FileName.withPath(path) { open($0, O_RDONLY | O_NONBLOCK | O_CLOEXEC) }
    guard file >= 0 else { return "cannot be read (\(String(cString: strerror(errno))))" }
    defer { close(file) }
    var bytes = [UInt8](repeating: 0, count: Recognition.bytesNeeded)
    let count = read(file, &bytes, bytes.count)
    guard count >= 0 else { return "cannot be read (\(String(cString: strerror(errno))))" }
    return Recognition.reason(notToRead: bytes.prefix(count))
  }

  /// The entries of a folder; `nil` with `errno` set when it cannot be read.
  private static func entries(ofFolder path: String) -> [(name: String, kind: Kind)]? {
    guard let folder = FileName.withPath(path, { opendir($0) }) else { return nil }
    defer { closedir(folder) }
    var entries: [(name: String, kind: Kind)] = []
    while let entry = readdir(folder) {
      let name = withUnsafeBytes(of: &entry.pointee.d_name) { FileName.text(of: $0.prefix { $0 != 0 }) }
      if name != ".", name != ".." { entries.append((name, Kind(Int(entry.pointee.d_type)))) }
    }
    return entries
  }
}

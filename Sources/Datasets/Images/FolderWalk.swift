import Faults
import Foundation

/// Looks for images in a folder and the folders in it.
///
/// A file is an image if its first bytes say so, whatever its name; a file with an image's extension is taken too, so
/// that a broken one fails in its place. Links to files count as files. Links to folders are followed after all real
/// folders, and no folder is visited twice, so cycles of links end.
struct FolderWalk {
  private struct Identity: Hashable {
    var device: UInt64
    var inode: UInt64
  }
  private struct Link {
    var parts: [String]
    var path: String
  }

  /// Images, by the names of the folders that lead to them, the root's left out.
  private(set) var found: [[String]] = []
  private(set) var skipped = SkippedFiles()
  private var seen: Set<Identity> = []
  private var links: [Link] = []
  private let root: String

  /// Walks a folder; an unreadable subfolder is skipped and reported.
  init(_ root: String) {
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
    guard let names = Self.names(inFolder: path) else {
      return skipped.add(name.isEmpty ? path : name, "cannot be read (\(String(cString: strerror(errno))))")
    }
    for name in names.sorted() {
      visit(parts + [name], path: path.hasSuffix("/") ? path + name : path + "/" + name)
    }
  }

  private mutating func visit(_ parts: [String], path: String) {
    let (name, shown) = (parts.last ?? "", parts.joined(separator: "/"))
    guard !name.hasPrefix(".") else { return skipped.add(shown, "hidden") }
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
    // A run's records may lie among its images, and must not be opened.
    case S_IFREG where DatabaseFile.isNamed(name): skipped.add(shown, "a database")
    case S_IFREG:
      if let reason = ImageFiles.hasExtension(name) ? nil : Self.reason(notToRead: path) {
        skipped.add(shown, reason)
      } else {
        found.append(parts)
      }
    default: skipped.add(shown, "a pipe, a socket or a device")
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

  /// The names in a folder; `nil` with `errno` set when it cannot be read.
  private static func names(inFolder path: String) -> [String]? {
    guard let folder = FileName.withPath(path, { opendir($0) }) else { return nil }
    defer { closedir(folder) }
    var names: [String] = []
    while let entry = readdir(folder) {
      let name = withUnsafeBytes(of: &entry.pointee.d_name) { FileName.text(of: $0.prefix { $0 != 0 }) }
      if name != ".", name != ".." { names.append(name) }
    }
    return names
  }
}

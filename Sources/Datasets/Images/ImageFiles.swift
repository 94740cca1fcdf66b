import Faults
import Foundation

/// Image files, found in folders and lists.
public enum ImageFiles {
  /// Extensions that a file in a folder is taken for an image by, lower case. Files that a person names need none.
  public static let extensions: Set<String> = ["jpg", "jpeg", "png", "webp", "tif", "tiff", "bmp"]

  /// A path that a person gave, which is no file and no folder with images.
  public struct Missing: Fault, Equatable {
    /// The path, as given.
    public var path: String
    /// What is wrong with it.
    public var reason: String
    public var kind: FaultKind { .missingInput }
    public var description: String { "\(path): \(reason)" }

    /// A fault of a path.
    public init(path: String, reason: String) {
      self.path = path
      self.reason = reason
    }
  }

  /// The images that a path stands for: the file itself, or those in the folder and the folders in it, by name.
  ///
  /// Hidden files and folders are passed over, and so are links to folders.
  ///
  /// - Throws: ``Missing`` when nothing is there, the folder cannot be read, or it holds no image.
  public static func at(_ path: String) throws(Missing) -> [String] {
    var isFolder: ObjCBool = false
    guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else {
      throw Missing(path: path, reason: "no such file or folder")
    }
    guard isFolder.boolValue else { return [path] }
    guard access(path, R_OK | X_OK) == 0 else { throw Missing(path: path, reason: "the folder cannot be read") }
    let images = inFolder(path)
    guard !images.isEmpty else {
      throw Missing(path: path, reason: "no image in this folder (\(extensions.sorted().joined(separator: ", ")))")
    }
    return images
  }

  private static func inFolder(_ folder: String) -> [String] {
    let names = ((try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []).sorted()
    var found: [String] = []
    for name in names where !name.hasPrefix(".") {
      let path = folder.hasSuffix("/") ? folder + name : folder + "/" + name
      var status = stat()
      guard lstat(path, &status) == 0 else { continue }
      if status.st_mode & S_IFMT == S_IFDIR {
        found += inFolder(path)
      } else if let dot = name.lastIndex(of: "."), extensions.contains(name[name.index(after: dot)...].lowercased()) {
        found.append(path)
      }
    }
    return found
  }

  /// The paths in a list, one a line; blank lines are passed over.
  ///
  /// - Throws: ``LabelFault`` when the list is not UTF-8 text.
  public static func listed(in bytes: [UInt8], name: String) throws(LabelFault) -> [String] {
    let bytes = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? bytes.dropFirst(3) : bytes[...]
    guard let text = String(validating: bytes, as: UTF8.self), !text.unicodeScalars.contains("\0") else {
      throw LabelFault(file: name, line: nil, reason: "the list of files is not UTF-8 text")
    }
    // Not `isNewline`: a name may hold U+2028 or a form feed.
    return text.split { $0 == "\n" || $0 == "\r\n" }.map { String($0) }
      .filter { !$0.allSatisfy(\.isWhitespace) }
  }
}

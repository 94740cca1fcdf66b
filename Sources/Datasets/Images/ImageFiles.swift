import Faults
import Foundation
import Imaging

/// Image files, found in folders and lists.
public enum ImageFiles {
  /// Extensions of the supported formats, lower case: a file with one of them counts as an image even if its first
  /// bytes do not. Other files are recognised by their content, and files named explicitly need no extension at all.
  public static let extensions = Set(ImageFormat.allCases.flatMap(\.fileExtensions))
  /// Extensions of pictures, including unsupported ones, that a label file may use in an image's name.
  static let pictureExtensions = extensions.union([
    "jif", "heic", "heif", "avif", "gif", "jp2", "jxl", "dng", "svg",
  ])

  /// A path from the command line that is neither a file nor a folder with images.
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

  /// What a path stands for.
  public struct Search: Sendable, Hashable {
    /// The images, by name.
    public var images: [String]
    /// What was left out, and why.
    public var skipped = SkippedFiles()
  }

  /// The images that a path stands for, without what was left out; see ``search(_:known:)``.
  ///
  /// - Throws: ``Missing``, as there.
  public static func at(_ path: String) throws(Missing) -> [String] { try search(path).images }

  /// The images that a path stands for: the file itself, or those in the folder and the folders in it, by name.
  ///
  /// Images are recognised by their content, whatever their extension. Links to folders are followed, each folder once.
  /// Hidden files and folders, and files that are not images, are skipped and reported.
  ///
  /// - Parameters:
  ///   - path: as `FileName` writes it.
  ///   - known: files, by their paths below the folder, that were found to be images before and are not looked at again.
  /// - Throws: ``Missing`` when nothing is there, the folder cannot be read, or it holds no image.
  public static func search(_ path: String, known: Set<String> = []) throws(Missing) -> Search {
    var status = stat()
    guard !path.isEmpty, FileName.withPath(path, { stat($0, &status) }) == 0 else {
      throw Missing(path: path, reason: "no such file or folder")
    }
    guard status.st_mode & S_IFMT == S_IFDIR else { return Search(images: [path]) }
    guard FileName.withPath(path, { access($0, R_OK | X_OK) }) == 0 else {
      throw Missing(path: path, reason: "the folder cannot be read")
    }
    let walk = FolderWalk(path, known: known)
    guard !walk.found.isEmpty else {
      let remarks = walk.skipped.remarks
      throw Missing(path: path, reason: (["no image in this folder"] + remarks).joined(separator: "; "))
    }
    return Search(images: walk.images, skipped: walk.skipped)
  }

  static func hasExtension(_ name: String) -> Bool {
    name.lastIndex(of: ".").map { extensions.contains(name[name.index(after: $0)...].lowercased()) } ?? false
  }

  /// The paths in a list, one per line; blank lines are ignored. A path may have any bytes but line ends, as `FileName`
  /// writes them.
  ///
  /// - Throws: ``LabelFault`` when the list holds zero bytes, as no path does.
  public static func listed(in bytes: [UInt8], name: String) throws(LabelFault) -> [String] {
    let bytes = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? bytes.dropFirst(3) : bytes[...]
    guard !bytes.contains(0) else {
      throw LabelFault(file: name, line: nil, reason: "the list of files is not a text with one path per line")
    }
    return bytes.split(separator: UInt8(ascii: "\n")).map { line in
      FileName.text(of: line.last == UInt8(ascii: "\r") ? line.dropLast() : line)
    }.filter { !$0.allSatisfy(\.isWhitespace) }
  }
}

import Datasets
import Dermoscopy

/// How pictures are put together that show one lesion: what `--group-by` says.
public enum LesionGrouping: Sendable, Hashable {
  /// By the lesion's name in the label or metadata file.
  case lesionID
  /// By another column of the label or metadata file.
  case column(String)
  /// By the folder that a picture lies in.
  case folder

  /// Reads `lesion_id`, `folder` or a column's name.
  public init(_ text: String) {
    switch text {
    case "lesion_id": self = .lesionID
    case "folder": self = .folder
    default: self = .column(text)
    }
  }

  /// As a result names it.
  public var name: String {
    switch self {
    case .lesionID: "lesion_id"
    case .column(let name): name
    case .folder: "folder"
    }
  }

  /// The folder of a path, or of a name with folders; `.` for one that names none.
  public static func folder(of path: String) -> String {
    guard let slash = path.lastIndex(of: "/") else { return "." }
    return slash == path.startIndex ? "/" : String(path[..<slash])
  }
}

import Faults

/// A list of digests that does not fit the images, or cannot be read.
public enum DigestListFault: Fault, Equatable {
  /// The list cannot be read.
  case unreadable(list: String)
  /// A line that this program did not write.
  case damaged(list: String, line: Int)
  /// An image that the list does not name.
  case unlisted(image: String, list: String)
  /// An image whose bytes are others than when the list was made.
  case changed(image: String, list: String)
  /// An image that the list names and that is no longer there, and how many more.
  case gone(image: String, more: Int, list: String)

  public var kind: FaultKind {
    if case .unreadable = self { .missingInput } else { .unusableInput }
  }

  public var description: String {
    switch self {
    case .unreadable(let list): "\(list): the list of digests cannot be read"
    case .damaged(let list, let line):
      "\(list): line \(line) is not one of a list of digests; remove the file, and it is made again"
    case .unlisted(let image, let list): "\(image): it is not in \(list); \(Self.advice)"
    case .changed(let image, let list): "\(image): it has changed since \(list) was made; \(Self.advice)"
    case .gone(let image, let more, let list):
      "\(image)\(more > 0 ? " and \(more) more" : ""): in \(list), and no longer there; \(Self.advice)"
    }
  }

  private static let advice =
    "put the images back as they were, or remove the list and begin all shards anew"

  /// A list concerns all images.
  public var failsAlone: Bool { false }
}

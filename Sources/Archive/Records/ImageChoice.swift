import Documents
import Faults
import Foundation

/// Which of the archive's images to download.
public enum ImageChoice: Sendable, Hashable {
  /// These, in this order.
  case identifiers([String])
  /// A collection of the archive, with a limit on the number of images.
  case collection(Int, limit: Int?)

  /// The seed's 99 images.
  public static var seed99: ImageChoice {
    .identifiers(
      String(decoding: EmbeddedDocument.seed99.bytes, as: UTF8.self).split(separator: "\n").map { String($0) })
  }

  /// The identifiers in a list, one per line; blank lines, text after `#` and duplicates are ignored.
  ///
  /// - Throws: `ArchiveFault.badList` with the line that is not an identifier.
  public static func listed(in text: String, name: String) throws(ArchiveFault) -> ImageChoice {
    var identifiers: [String] = []
    var seen: Set<String> = []
    for (index, line) in text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).enumerated() {
      let word = (line.split(separator: "#", omittingEmptySubsequences: false).first ?? "")
        .trimmingCharacters(in: .whitespaces.union(CharacterSet(charactersIn: "\u{FEFF}")))
      if word.isEmpty { continue }
      guard ArchiveRecord.isIdentifier(word) else {
        throw .badList(name: name, line: index + 1, reason: "no ISIC identifier, such as ISIC_0024306")
      }
      if seen.insert(word).inserted { identifiers.append(word) }
    }
    guard !identifiers.isEmpty else { throw .badList(name: name, line: nil, reason: "names no image") }
    return .identifiers(identifiers)
  }
}

/// Why images could not be downloaded from the archive.
public enum ArchiveFault: Fault, Equatable {
  /// A list that names something else.
  case badList(name: String, line: Int?, reason: String)
  /// An answer of the archive that is not what its API promises.
  case unexpectedAnswer(url: String, reason: String)
  /// A collection without public images.
  case emptyCollection(Int)
  /// Some images could not be fetched.
  case incomplete(missing: Int, of: Int)

  public var kind: FaultKind {
    switch self {
    case .badList: .unusableInput
    default: .unavailable
    }
  }

  public var description: String {
    switch self {
    case .badList(let name, let line, let reason): "\(name)\(line.map { ", line \($0)" } ?? ""): \(reason)"
    case .unexpectedAnswer(let url, let reason): "\(url): \(reason)"
    case .emptyCollection(let number): "Collection \(number) has no public images"
    case .incomplete(let missing, let count):
      "\(missing) of \(count) images could not be fetched; run the command again for these"
    }
  }
}

import Datasets
import Foundation

/// The ISIC Archive's record of an image (API v2, `/api/v2/images/{isic_id}/`).
public struct ArchiveRecord: Sendable, Hashable {
  /// For example `ISIC_0024306`.
  public var identifier: String
  /// Where the picture is.
  public var url: String
  /// The picture's size in bytes; `nil` when the archive does not state it.
  public var size: Int64?
  /// For example `CC-BY-NC`.
  public var license: String
  /// The attribution: who has to be credited.
  public var attribution: String
  /// The diagnosis by its place in the archive's taxonomy, from the root (`diagnosis_1` to `diagnosis_5`).
  public var levels: [String]
  /// The diagnosis in words, as older records have it.
  public var diagnosis: String?

  /// Whether a text is the name of an image in the archive; such a name is safe in paths and addresses.
  public static func isIdentifier(_ text: some StringProtocol) -> Bool {
    text.utf8.count == 12 && text.hasPrefix("ISIC_")
      && text.utf8.dropFirst(5).allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
  }
}

extension ArchiveRecord: Decodable {
  private enum Key: String, CodingKey {
    case identifier = "isic_id"
    case license = "copyright_license"
    case attribution, files, metadata
  }
  private struct Files: Decodable {
    struct File: Decodable {
      var url: String
      var size: Int64?
    }
    var full: File
  }
  private struct Metadata: Decodable { var clinical: [String: Loose]? }
  /// A value that is only used if it is text.
  private struct Loose: Decodable {
    var text: String?
    init(from decoder: any Decoder) throws { text = try? decoder.singleValueContainer().decode(String.self) }
  }

  public init(from decoder: any Decoder) throws {
    let values = try decoder.container(keyedBy: Key.self)
    identifier = try values.decode(String.self, forKey: .identifier)
    guard Self.isIdentifier(identifier) else {
      throw DecodingError.dataCorruptedError(forKey: .identifier, in: values, debugDescription: "no ISIC identifier")
    }
    let file = try values.decode(Files.self, forKey: .files).full
    url = file.url
    size = file.size
    license = try values.decodeIfPresent(String.self, forKey: .license) ?? "not stated"
    attribution = try values.decodeIfPresent(String.self, forKey: .attribution) ?? "not stated"
    let clinical = try values.decodeIfPresent(Metadata.self, forKey: .metadata)?.clinical ?? [:]
    levels = (1...5).compactMap { clinical["diagnosis_\($0)"]?.text }.filter { !$0.isEmpty }
    diagnosis = clinical["diagnosis"]?.text.flatMap { $0.isEmpty ? nil : $0 }
  }

  /// The code of the diagnosis; `nil` when there is none, or it is not in the tables.
  public var meaning: DiagnosisMeaning? {
    levels.isEmpty ? diagnosis.flatMap { DiagnosisMapping.meaning(of: $0) } : DiagnosisMapping.meaning(ofLevels: levels)
  }

  /// The diagnosis in words, the most specific; `nil` for none.
  public var words: String? { levels.last ?? diagnosis }
}

import Foundation

/// What the ISIC Archive knows of an image (API v2, `/api/v2/images/{isic_id}/`).
public struct ArchiveRecord: Sendable, Hashable {
  /// For example `ISIC_0024306`.
  public var identifier: String
  /// Where the picture is.
  public var url: String
  /// The picture's size in bytes; `nil` when the archive does not tell.
  public var size: Int64?
  /// For example `CC-BY-NC`.
  public var license: String
  /// Whom to name.
  public var attribution: String
  /// Diagnoses in words, the most specific first.
  public var diagnoses: [String]

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
  /// A value of which only text is of interest.
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
    diagnoses = ["diagnosis_5", "diagnosis_4", "diagnosis_3", "diagnosis_2", "diagnosis_1", "diagnosis"]
      .compactMap { clinical[$0]?.text }.filter { !$0.isEmpty }
  }

  /// The code in a label file, lower case, by the classes of HAM10000; `nil` when the diagnosis is of none of them.
  public var code: String? { diagnoses.lazy.compactMap { Self.code(ofDiagnosis: $0) }.first }

  /// The words by which a diagnosis is known, in the order in which they are looked for.
  ///
  /// HAM10000 (Tschandl and others, 2018) counts solar lentigo, seborrheic keratosis and lichen-planus-like keratosis as
  /// bkl, and actinic keratosis and intraepithelial carcinoma (Bowen's disease) as akiec.
  private static let words: [(code: String, words: [String])] = [
    ("mel", ["melanoma", "lentigo maligna"]),
    ("bcc", ["basal cell carcinoma"]),
    ("akiec", ["actinic keratosis", "bowen", "squamous cell carcinoma in situ", "intraepithelial carcinoma"]),
    ("scc", ["squamous cell carcinoma"]),
    (
      "bkl",
      [
        "seborrheic keratosis", "solar lentigo", "lentigo simplex", "lichen planus", "benign keratosis",
        "benign epidermal proliferation",
      ]
    ),
    ("df", ["dermatofibroma"]),
    ("vasc", ["vascular", "angioma", "angiokeratoma", "pyogenic granuloma", "hemorrhage"]),
    ("nv", ["nevus", "naevus"]),
  ]

  static func code(ofDiagnosis diagnosis: String) -> String? {
    let text = diagnosis.lowercased().replacing("-", with: " ")
    return words.first { $0.words.contains { text.contains($0) } }?.code
  }
}

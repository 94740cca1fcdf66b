import Documents
import Foundation

/// The code of a diagnosis.
public enum DiagnosisMeaning: Sendable, Hashable {
  /// One of the codes, upper case: MEL, NV, BCC, BKL, AKIEC, DF, VASC or SCC.
  case code(String)
  /// A known diagnosis that is none of the codes.
  case other
  /// It leaves the code open: "unknown", "Benign", "Indeterminate melanocytic proliferations". It gives no label.
  case open

  /// The code in a label file, lower case; `-` where it is left open.
  public var code: String {
    switch self {
    case .code(let code): code.lowercased()
    case .other: "other"
    case .open: "-"
    }
  }

  fileprivate init(code: some StringProtocol) {
    switch code {
    case "-": self = .open
    case "other": self = .other
    default: self = .code(code.uppercased())
    }
  }
}

/// Maps a diagnosis in words to its code. Label files, `datasets pull` and all other readers share this mapping.
///
/// Two tables hold it, written to be read by a dermatologist: `isic-taxonomy.tsv`, the ISIC Archive's whole tree, where
/// the place of a diagnosis determines its code, and `diagnosis-words.tsv`, the words of other label files. A word
/// *inside* a diagnosis never decides: an epidermal nevus is not a nevus, and Kaposi sarcoma is not a benign vascular
/// lesion.
public enum DiagnosisMapping {
  /// The code of a diagnosis that is none of the codes.
  public static let otherCode = "OTHER"

  /// A diagnosis of the ISIC Archive's taxonomy with its code.
  public struct Entry: Sendable, Hashable {
    /// Its place in the tree, from the root, such as `["Benign", "Benign melanocytic proliferations", "Nevus"]`.
    public var levels: [String]
    /// Its code.
    public var meaning: DiagnosisMeaning
    /// Its place as ISIC writes it, with colons.
    public var path: String { levels.joined(separator: ":") }
  }

  /// The ISIC Archive's taxonomy (isic-metadata 4.12.0), in the tree's order.
  public static let taxonomy: [Entry] = {
    var entries: [Entry] = []
    var levels: [String] = []
    for (code, text) in rows(of: EmbeddedDocument.isicTaxonomy.bytes) {
      let depth = text.prefix { $0 == " " }.count / 2
      levels = levels.prefix(depth) + [text.trimmingCharacters(in: .whitespaces)]
      entries.append(Entry(levels: levels, meaning: DiagnosisMeaning(code: code)))
    }
    return entries
  }()

  /// The code of a diagnosis, in ISIC's words or a label file's; a whole path with colons is looked up by its place.
  ///
  /// - Returns: `nil` for words that are not in the tables, and for a guess ("nevus?").
  public static func meaning(of words: String) -> DiagnosisMeaning? {
    guard !words.contains("?") else { return nil }
    if words.contains(":") {
      let levels = words.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
      if let meaning = meaning(ofLevels: levels) { return meaning }
    }
    let key = key(of: words)
    return byWords[key] ?? (key.hasSuffix(" nos") ? byWords[String(key.dropLast(4))] : nil)
  }

  /// The code of the ISIC Archive's `diagnosis_1` to `diagnosis_5` together: that of the deepest known place.
  ///
  /// A place that a newer taxonomy added counts as its parent branch. Levels that a record leaves out do not matter if
  /// the others lead to the same place.
  ///
  /// - Parameter levels: from the root; empty ones are skipped.
  /// - Returns: `nil` when not even the first is known.
  public static func meaning(ofLevels levels: [String]) -> DiagnosisMeaning? {
    let keys = levels.map { key(of: $0) }.filter { !$0.isEmpty }
    if let last = keys.last, let place = byName[last], isSubsequence(keys, of: place.keys) { return place.meaning }
    var path = ""
    var meaning: DiagnosisMeaning?
    for level in keys {
      path += ":" + level
      guard let known = byPath[path] else { break }
      meaning = known
    }
    return meaning
  }

  private static func isSubsequence(_ some: [String], of all: [String]) -> Bool {
    var rest = all[...]
    for key in some {
      guard let place = rest.firstIndex(of: key) else { return false }
      rest = rest[(place + 1)...]
    }
    return true
  }

  private static let byName = Dictionary(
    taxonomy.map { entry in
      let keys = entry.levels.map { key(of: $0) }
      return (keys.last ?? "", (keys: keys, meaning: entry.meaning))
    }, uniquingKeysWith: { first, _ in first })

  private static let byPath = Dictionary(
    taxonomy.map { (":" + $0.levels.map { key(of: $0) }.joined(separator: ":"), $0.meaning) },
    uniquingKeysWith: { first, _ in first })

  private static let byWords: [String: DiagnosisMeaning] = {
    let words = rows(of: EmbeddedDocument.diagnosisWords.bytes).map {
      (key(of: $0.text), DiagnosisMeaning(code: $0.code))
    }
    let names = taxonomy.map { (key(of: $0.levels.last ?? ""), $0.meaning) }
    return Dictionary(names + words, uniquingKeysWith: { first, _ in first })
  }()

  private static func rows(of table: [UInt8]) -> [(code: Substring, text: Substring)] {
    String(decoding: table, as: UTF8.self).split(separator: "\n").compactMap { line in
      guard !line.hasPrefix("#"), let tab = line.firstIndex(of: "\t") else { return nil }
      return (line[..<tab], line[line.index(after: tab)...])
    }
  }

  /// Words as the tables compare them: letters and digits in lower case, without accents, plurals and British spelling.
  private static func key(of words: some StringProtocol) -> String {
    let plain = String(words).replacing("'", with: "").replacing("\u{2019}", with: "")
      .folding(options: [.caseInsensitive, .diacriticInsensitive, .widthInsensitive], locale: nil)
    return plain.split { !$0.isLetter && !$0.isNumber }.map { spellings[$0] ?? $0 }.joined(separator: " ")
  }

  private static let spellings: [Substring: Substring] = [
    "naevus": "nevus", "naevi": "nevus", "nevi": "nevus", "moles": "mole", "melanomas": "melanoma",
    "keratoses": "keratosis", "carcinomas": "carcinoma", "lesions": "lesion", "lentigines": "lentigo",
    "angiomas": "angioma", "haemangioma": "hemangioma", "haemangiomas": "hemangioma", "hemangiomas": "hemangioma",
    "haemorrhage": "hemorrhage", "hemorrhages": "hemorrhage", "dermatofibromas": "dermatofibroma", "tumour": "tumor",
    "seborrhoeic": "seborrheic", "granulomas": "granuloma", "angiokeratomas": "angiokeratoma", "warts": "wart",
  ]
}

import Foundation

/// Where a table's rows contain the diagnosis.
enum DiagnosisColumns: Hashable {
  /// A column of codes or words.
  case words(Int)
  /// The ISIC Archive's `diagnosis_1` to `diagnosis_5`, and its older `diagnosis` where they are empty.
  case levels([Int], words: Int?)
  /// A column for each code, 1 in one of them and 0 in the others (ISIC 2018 and 2019).
  case oneHot([Int])
  /// ISIC 2020's `diagnosis` with `target`, which is 1 for a melanoma.
  case target(Int, words: Int?)
  /// PH2's list: the histological diagnosis where there is one, and the clinical one as a digit.
  case clinical(Int, histology: Int)
  /// PH2's spreadsheet: a cross in one of the columns Common Nevus, Atypical Nevus and Melanoma.
  case crosses([Int], histology: Int?)

  /// The columns, the first the one to name.
  var places: [Int] {
    switch self {
    case .words(let place): [place]
    case .levels(let levels, let words): levels + (words.map { [$0] } ?? [])
    case .oneHot(let places): places
    case .target(let target, let words): (words.map { [$0] } ?? []) + [target]
    case .clinical(let digit, let histology): [histology, digit]
    case .crosses(let places, let histology): (histology.map { [$0] } ?? []) + places
    }
  }

  /// All ways in which these columns may say a diagnosis; a layout is clear when there is one.
  static func all(in columns: ColumnNames, _ vocabulary: ColumnVocabulary) -> [DiagnosisColumns] {
    var found: [DiagnosisColumns] = []
    let words = columns.place(of: ["diagnosis"])
    let levels = columns.places(of: (1...5).map { "diagnosis_\($0)" })
    let later = levels.isEmpty ? columns.places(of: (1...5).map { "iddx_\($0)" }) : levels
    if let dx = columns.place(of: ["dx"]) { found.append(.words(dx)) }
    if let digit = columns.place(of: ["clinical_diagnosis"]),
      let histology = columns.place(of: ["histological_diagnosis"])
    {
      found.append(.clinical(digit, histology: histology))
    }
    let crosses = columns.places(of: ["common_nevus", "atypical_nevus", "melanoma"])
    if crosses.count == 3 {
      found.append(.crosses(crosses, histology: columns.place(of: ["histological_diagnosis"])))
    }
    if !later.isEmpty {
      found.append(.levels(later, words: words))
    } else if columns.place(of: ["image_name"]) != nil, let target = columns.place(of: ["target"]) {
      found.append(.target(target, words: words))
    } else if let words {
      found.append(.words(words))
    }
    let codes = columns.places(of: oneHotNames)
    if codes.count >= 4, columns.places(of: ["mel", "nv"]).count == 2 { found.append(.oneHot(codes.sorted())) }
    for name in vocabulary.words + vocabulary.otherWords {
      if let place = columns.place(of: [name]) { found.append(.words(place)) }
    }
    return found
  }

  static let oneHotNames = ["mel", "nv", "bcc", "akiec", "ak", "bkl", "df", "vasc", "scc", "unk"]
}

/// What a row says of its image's diagnosis.
struct DiagnosisReading: Hashable {
  /// The result.
  enum Result: Hashable {
    /// A code, upper case.
    case code(String)
    /// The diagnosis is explicitly unknown or indefinite, or the field is empty.
    case open
    /// Words that map to no code.
    case unknown
    /// Its columns contradict each other.
    case contradiction
  }

  /// In the table's words.
  var words: String
  /// The result.
  var result: Result

  init(_ words: String, _ result: Result) {
    self.words = words
    self.result = result
  }

  /// A code or words of one column.
  init(words: String) { self.init(words, DiagnosisMapping.meaning(of: words)) }

  init(_ words: String, _ meaning: DiagnosisMeaning?) {
    self.words = words
    switch meaning {
    case .code(let code): result = .code(code)
    case .other: result = .code(DiagnosisMapping.otherCode)
    case .open: result = .open
    case nil: result = MetadataColumns.isUnknown(words) ? .open : .unknown
    }
  }
}

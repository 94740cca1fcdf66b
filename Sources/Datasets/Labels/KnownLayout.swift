/// A published table whose diagnosis is in one column of codes or words: whose it is, and the columns that tell.
///
/// Names of columns are as `ColumnNames.plain` has them: lower case, with `_` for anything that is no letter or digit. Tables
/// that say their diagnosis in several columns are cases of ``DiagnosisColumns``.
struct KnownLayout: Sendable {
  /// Whose layout it is, as messages say: `HAM10000`.
  let name: String
  /// The column that names the image; `nil` when it may be any that does.
  let image: String?
  /// The column of codes or words.
  let diagnosis: String
  /// Columns that must be there besides.
  let beside: [String]
  /// Whether `image` is too common a word to name an image beside another column that does.
  let isWeak: Bool

  init(_ name: String, image: String?, diagnosis: String, beside: [String] = [], isWeak: Bool = false) {
    (self.name, self.image, self.diagnosis, self.beside, self.isWeak) = (name, image, diagnosis, beside, isWeak)
  }

  /// All of them; the first that fits names the layout.
  static let all = [
    KnownLayout("the seed", image: "image", diagnosis: "dx"),
    KnownLayout("HAM10000", image: "image_id", diagnosis: "dx"),
    KnownLayout("ISIC Archive", image: "isic_id", diagnosis: "diagnosis"),
    KnownLayout("ISIC 2020", image: "image_name", diagnosis: "diagnosis", beside: ["benign_malignant"]),
    KnownLayout("PH2", image: nil, diagnosis: "diagnosis", beside: ["asymmetry", "pigment_network"]),
    KnownLayout("PAD-UFES-20", image: "img_id", diagnosis: "diagnostic"),
    KnownLayout("BCN20000", image: "bcn_filename", diagnosis: "diagnosis"),
    KnownLayout("Derm7pt", image: "derm", diagnosis: "diagnosis", isWeak: true),
  ]

  /// Whether a table has its columns.
  func fits(image: String, diagnosis: String, _ columns: ColumnNames) -> Bool {
    image == self.image ?? image && diagnosis == self.diagnosis && columns.places(of: beside).count == beside.count
  }
}

/// The names of columns that are looked for: those of the known layouts, and others that mean the same.
struct ColumnVocabulary: Sendable {
  /// Name an image.
  let images: [String]
  /// Mean an image only where none of ``images`` is there.
  let weakImages: [String]
  /// Hold a diagnosis in codes or words; looked for after `dx` and `diagnosis`.
  let words: [String]
  /// Words for the same that no published layout has.
  let otherWords = ["label", "class"]

  init(_ layouts: [KnownLayout]) {
    images = Self.unique(layouts.filter { !$0.isWeak }.compactMap(\.image) + ["filename", "file_name"])
    weakImages = Self.unique(layouts.filter(\.isWeak).compactMap(\.image) + ["name", "file"])
    words = Self.unique(layouts.map(\.diagnosis)).filter { !["dx", "diagnosis"].contains($0) }
  }

  /// The columns of a diagnosis, for a message.
  var lookedFor: String {
    (["dx", "diagnosis", "diagnosis_1 … diagnosis_5"] + words + ["target", "a column for each of MEL, NV, …"])
      .joined(separator: ", ")
  }

  /// Of the published layouts.
  static let published = ColumnVocabulary(KnownLayout.all)

  private static func unique(_ names: [String]) -> [String] {
    names.reduce(into: []) { if !$0.contains($1) { $0.append($1) } }
  }
}

/// Takes the lesion's metadata out of a data elements.
struct LesionMetadataReader {
  private let elements: DataSet
  private let options: DICOMOptions

  init(_ elements: DataSet, _ options: DICOMOptions) {
    self.elements = elements
    self.options = options
  }

  /// A number that is none, or a word that is not known, is left out: the picture can be read without.
  var metadata: DICOMLesionMetadata {
    var found = DICOMLesionMetadata()
    let side = elements.word(.imageLaterality) ?? elements.word(.laterality)
    found.laterality = side.flatMap(DICOMLesionMetadata.Laterality.init(rawValue:))
    if let region = elements.items(.anatomicRegion).first {
      found.anatomicRegion = Self.code(region)
      found.regionModifiers = region.items(.anatomicRegionModifier).prefix(8).compactMap(Self.code)
    }
    found.anatomicStructure = elements.items(.primaryAnatomicStructure).first.flatMap(Self.code)
    found.polarization = word(.lightSourcePolarization, in: DICOMLesionMetadata.polarizationWords)
    found.contactMethod = word(.contactMethod, in: DICOMLesionMetadata.contactWords)
    found.immersionMedia = elements.words(.immersionMedia).prefix(8).filter(DICOMLesionMetadata.immersionWords.contains)
    found.colorTemperature = numbers(.emitterColorTemperature, 1, in: 100...100_000).first
    found.magnification = numbers(.opticalMagnification, 1, in: 0.01...10_000).first
    found.pixelSpacing = numbers(.pixelSpacing, 2, in: 1e-6...1_000)
    if !found.pixelSpacing.isEmpty {
      found.spacingCalibration = word(.spacingCalibration, in: ["GEOMETRY", "FIDUCIAL"])
    }
    if options.keepsDemographics {
      found.ageInYears = age
      found.sex = word(.patientSex, in: ["F", "M", "O"])
    }
    if let key = options.pseudonymKey { found.pseudonyms = pseudonyms(key) }
    return found
  }

  private func word(_ tag: Tag, in words: Set<String>) -> String? {
    elements.word(tag).flatMap { words.contains($0) ? $0 : nil }
  }

  /// As many numbers as there should be, all within bounds; otherwise none.
  private func numbers(_ tag: Tag, _ count: Int, in bounds: ClosedRange<Double>) -> [Double] {
    guard let found = try? elements.decimals(tag), found.count == count, found.allSatisfy(bounds.contains) else {
      return []
    }
    return found
  }

  /// An age string: three digits and its unit, days, weeks, months or years (PS3.5, 6.2).
  private var age: Double? {
    guard let word = elements.word(.patientAge), word.utf8.count == 4, let unit = word.last,
      let count = Int(word.dropLast()), count >= 0
    else { return nil }
    switch unit {
    case "Y": return Double(count)
    case "M": return Double(count) / 12
    case "W": return Double(count) * 7 / 365.25
    case "D": return Double(count) / 365.25
    default: return nil
    }
  }

  private static func code(_ item: DataSet) -> DICOMLesionMetadata.Code? {
    guard let value = item.word(.codeValue), let scheme = item.word(.codingScheme), isCode(value, of: scheme) else {
      return nil
    }
    return DICOMLesionMetadata.Code(value: value, scheme: scheme)
  }

  /// Whether a code has its scheme's shape: SNOMED CT's and the others' digits, SNOMED RT's axis and digits (`T-D4000`).
  private static func isCode(_ value: String, of scheme: String) -> Bool {
    let bytes = Array(value.utf8)
    let digits = UInt8(ascii: "0")...UInt8(ascii: "9")
    switch scheme {
    case "SCT": return (6...18).contains(bytes.count) && bytes.allSatisfy(digits.contains)
    case "DCM": return (5...7).contains(bytes.count) && bytes.allSatisfy(digits.contains)
    case "FMA": return (1...7).contains(bytes.count) && bytes.allSatisfy(digits.contains)
    case "UMLS":
      return bytes.count == 8 && bytes.first == UInt8(ascii: "C") && bytes.dropFirst().allSatisfy(digits.contains)
    case "SRT", "SNM3":
      let isHexadecimal = { (byte: UInt8) in
        digits.contains(byte) || (UInt8(ascii: "A")...UInt8(ascii: "F")).contains(byte)
      }
      return (6...7).contains(bytes.count) && bytes[1] == UInt8(ascii: "-")
        && (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(bytes[0])
        && bytes.dropFirst(2).allSatisfy(isHexadecimal) && bytes.dropFirst(2).contains(where: digits.contains)
    default: return false
    }
  }

  private func pseudonyms(_ key: [UInt8]) -> [DICOMPseudonym] {
    let identifiers: [(DICOMPseudonym.Kind, Tag)] = [
      (.study, .studyInstance), (.series, .seriesInstance), (.instance, .sopInstance), (.lesion, .trackingIdentity),
    ]
    return identifiers.compactMap { kind, tag in
      elements.word(tag).map { DICOMPseudonym(kind, of: $0.utf8, key: key) }
    }
  }
}

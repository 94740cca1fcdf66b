/// A data element's tag (PS3.5, 7.1): group and element.
struct Tag: Hashable, Comparable, CustomStringConvertible {
  let value: UInt32

  init(_ value: UInt32) { self.value = value }

  init(group: UInt16, element: UInt16) { value = UInt32(group) << 16 | UInt32(element) }

  var group: UInt16 { UInt16(truncatingIfNeeded: value >> 16) }
  var element: UInt16 { UInt16(truncatingIfNeeded: value) }

  static func < (first: Tag, second: Tag) -> Bool { first.value < second.value }

  /// As the standard writes it: `(0028,0010)`.
  var description: String { "(\(hexadecimal(group)),\(hexadecimal(element)))" }

  private func hexadecimal(_ number: UInt16) -> String {
    let digits = String(number, radix: 16, uppercase: true)
    return String(repeating: "0", count: 4 - digits.count) + digits
  }
}

/// The tags that are read, by the names of PS3.6. No other value of a file is looked at.
extension Tag {
  static let fileMetaGroupLength = Tag(0x0002_0000)
  static let mediaStorageClass = Tag(0x0002_0002)
  static let transferSyntax = Tag(0x0002_0010)

  static let sopClass = Tag(0x0008_0016)
  static let sopInstance = Tag(0x0008_0018)
  static let codeValue = Tag(0x0008_0100)
  static let codingScheme = Tag(0x0008_0102)
  static let anatomicRegion = Tag(0x0008_2218)
  static let anatomicRegionModifier = Tag(0x0008_2220)
  static let primaryAnatomicStructure = Tag(0x0008_2228)
  static let patientSex = Tag(0x0010_0040)
  static let patientAge = Tag(0x0010_1010)
  static let lightSourcePolarization = Tag(0x0016_1001)
  static let emitterColorTemperature = Tag(0x0016_1002)
  static let contactMethod = Tag(0x0016_1003)
  static let immersionMedia = Tag(0x0016_1004)
  static let opticalMagnification = Tag(0x0016_1005)
  static let studyInstance = Tag(0x0020_000D)
  static let seriesInstance = Tag(0x0020_000E)
  static let laterality = Tag(0x0020_0060)
  static let imageLaterality = Tag(0x0020_0062)
  static let samplesPerPixel = Tag(0x0028_0002)
  static let photometric = Tag(0x0028_0004)
  static let planarConfiguration = Tag(0x0028_0006)
  static let numberOfFrames = Tag(0x0028_0008)
  static let rows = Tag(0x0028_0010)
  static let columns = Tag(0x0028_0011)
  static let pixelSpacing = Tag(0x0028_0030)
  static let bitsAllocated = Tag(0x0028_0100)
  static let bitsStored = Tag(0x0028_0101)
  static let highBit = Tag(0x0028_0102)
  static let pixelRepresentation = Tag(0x0028_0103)
  static let burnedInAnnotation = Tag(0x0028_0301)
  static let spacingCalibration = Tag(0x0028_0A02)
  static let windowCenter = Tag(0x0028_1050)
  static let windowWidth = Tag(0x0028_1051)
  static let rescaleIntercept = Tag(0x0028_1052)
  static let rescaleSlope = Tag(0x0028_1053)
  static let windowFunction = Tag(0x0028_1056)
  static let redDescriptor = Tag(0x0028_1101)
  static let redData = Tag(0x0028_1201)
  static let greenData = Tag(0x0028_1202)
  static let blueData = Tag(0x0028_1203)
  static let segmentedRedData = Tag(0x0028_1221)
  static let iccProfile = Tag(0x0028_2000)
  static let modalityTable = Tag(0x0028_3000)
  static let windowTable = Tag(0x0028_3010)
  static let trackingIdentity = Tag(0x0062_0021)
  static let presentationShape = Tag(0x2050_0020)
  static let offsetTable = Tag(0x7FE0_0001)
  static let floatPixelData = Tag(0x7FE0_0008)
  static let doublePixelData = Tag(0x7FE0_0009)
  static let pixelData = Tag(0x7FE0_0010)

  static let item = Tag(0xFFFE_E000)
  static let itemEnd = Tag(0xFFFE_E00D)
  static let sequenceEnd = Tag(0xFFFE_E0DD)

  /// What is kept of a data set; ``patientSex`` and ``patientAge`` only on request.
  static let kept: Set<Tag> = [
    .transferSyntax, .sopClass, .sopInstance, .codeValue, .codingScheme, .anatomicRegion, .anatomicRegionModifier,
    .primaryAnatomicStructure, .patientSex, .patientAge, .lightSourcePolarization, .emitterColorTemperature,
    .contactMethod, .immersionMedia, .opticalMagnification, .studyInstance, .seriesInstance, .laterality,
    .imageLaterality, .samplesPerPixel, .photometric, .planarConfiguration, .numberOfFrames, .rows, .columns,
    .pixelSpacing, .bitsAllocated, .bitsStored, .highBit, .pixelRepresentation, .burnedInAnnotation,
    .spacingCalibration, .windowCenter, .windowWidth, .rescaleIntercept, .rescaleSlope, .windowFunction, .redDescriptor,
    .greenDescriptor, .blueDescriptor, .redData, .greenData, .blueData, .segmentedRedData, .iccProfile, .modalityTable,
    .windowTable, .trackingIdentity, .presentationShape, .offsetTable, .floatPixelData, .doublePixelData, .pixelData,
  ]
  static let greenDescriptor = Tag(0x0028_1102)
  static let blueDescriptor = Tag(0x0028_1103)

  /// The kept ones that are sequences, which a data set of implicit types does not say.
  static let sequences: Set<Tag> = [
    .anatomicRegion, .anatomicRegionModifier, .primaryAnatomicStructure, .modalityTable, .windowTable,
  ]
}

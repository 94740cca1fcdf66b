import TestDICOM
import Testing

@testable import DICOM

/// What is kept of a file's words: codes and numbers, and nothing that names a patient.
@Suite struct LesionMetadataTests {
  private static let plant = "PLANTED^NAME"

  private func item(
    _ code: String, _ scheme: String, _ meaning: String = "x", more: [UInt8] = [], isExplicit: Bool = true
  ) -> [UInt8] {
    let fields: [(UInt32, String, String)] = [
      (0x0008_0100, "SH", code), (0x0008_0102, "SH", scheme), (0x0008_0104, "LO", meaning),
    ]
    return HandmadeDICOM.item(
      fields.flatMap { tag, type, text in
        let padding: [UInt8] = text.utf8.count.isMultiple(of: 2) ? [] : [32]
        return HandmadeDICOM.element(tag, type, Array(text.utf8) + padding, isExplicit: isExplicit)
      } + more)
  }

  private var described: HandmadeDICOM { described(HandmadeDICOM.explicit) }

  private func described(_ syntax: String) -> HandmadeDICOM {
    var file = HandmadeDICOM.rgb
    file.syntax = syntax
    let isExplicit = syntax != HandmadeDICOM.implicit
    let left = item("7771000", "SCT", "Left", isExplicit: isExplicit)
    let side = HandmadeDICOM.element(0x0008_2220, "SQ", left, isExplicit: isExplicit)
    file.put(0x0008_2218, "SQ", item("40983000", "SCT", "Upper arm", more: side, isExplicit: isExplicit))
    file.put(0x0008_2228, "SQ", item("T-01000", "SRT", "Skin", isExplicit: isExplicit))
    file.put(0x0020_0062, "CS", "L")
    file.put(0x0016_1001, "CS", "LINEAR")
    file.put(0x0016_1002, "DS", "5500")
    file.put(0x0016_1003, "CS", "CONTACT")
    file.put(0x0016_1004, "CS", "OIL\\WATER")
    file.put(0x0016_1005, "DS", "10.0")
    file.put(0x0028_0030, "DS", "0.025\\0.026")
    file.put(0x0028_0A02, "CS", "FIDUCIAL")
    file.put(0x0010_1010, "AS", "067Y")
    file.put(0x0010_0040, "CS", "F")
    file.put(0x0020_000D, "UI", "1.2.3.4")
    file.put(0x0020_000E, "UI", "1.2.3.5")
    file.put(0x0008_0018, "UI", "1.2.3.4")
    file.put(0x0062_0021, "UI", "1.2.3.6")
    return file
  }

  private func lesion(_ file: HandmadeDICOM, _ options: DICOMOptions = DICOMOptions()) throws -> DICOMLesionMetadata {
    try DICOMImage(file.bytes(), options: options, inflatedLimit: 1 << 20).lesion
  }

  @Test(arguments: [HandmadeDICOM.explicit, HandmadeDICOM.implicit])
  func `laterality, region, light, contact, magnification and spacing are kept`(syntax: String) throws {
    let lesion = try lesion(described(syntax))
    #expect(lesion.laterality == .left)
    #expect(lesion.anatomicRegion?.value == "40983000")
    #expect(lesion.anatomicRegion?.scheme == "SCT")
    #expect(lesion.regionModifiers.map(\.value) == ["7771000"])
    #expect(lesion.anatomicStructure?.value == "T-01000")
    #expect(lesion.polarization == "LINEAR")
    #expect(lesion.colorTemperature == 5_500)
    #expect(lesion.contactMethod == "CONTACT")
    #expect(lesion.immersionMedia == ["OIL", "WATER"])
    #expect(lesion.magnification == 10)
    #expect(lesion.pixelSpacing == [0.025, 0.026])
    #expect(lesion.spacingCalibration == "FIDUCIAL")
    #expect(lesion.ageInYears == nil && lesion.sex == nil && lesion.pseudonyms.isEmpty)
  }

  @Test func `age and sex are kept only on request`() throws {
    let lesion = try lesion(described, DICOMOptions(keepsDemographics: true))
    #expect(lesion.ageInYears == 67)
    #expect(lesion.sex == "F")
    var baby = described
    baby.put(0x0010_1010, "AS", "018M")
    #expect(try self.lesion(baby, DICOMOptions(keepsDemographics: true)).ageInYears == 1.5)
    baby.put(0x0010_1010, "AS", "-18M")
    #expect(try self.lesion(baby, DICOMOptions(keepsDemographics: true)).ageInYears == nil)
  }

  @Test func `identifiers are keyed digests, equal for the same identifier and key only`() throws {
    func digests(_ key: String) throws -> [DICOMPseudonym] {
      try lesion(described, DICOMOptions(pseudonymKey: Array(key.utf8))).pseudonyms
    }
    let found = try digests("hospital")
    #expect(found.map(\.kind) == [.study, .series, .instance, .lesion])
    #expect(found == (try digests("hospital")))
    #expect(Set(found.map(\.digits)).isDisjoint(with: try digests("another").map(\.digits)))
    // The study and the instance have the same identifier here; their digests do not show it.
    #expect(Set(found.map(\.digits)).count == 4)
  }

  @Test func `the keyed digest is HMAC-SHA-256`() {
    // RFC 4231, test cases 2 and 6.
    #expect(
      DICOMPseudonym.code(of: Array("what do ya want for nothing?".utf8), key: Array("Jefe".utf8)).hexadecimal
        == "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843")
    #expect(
      DICOMPseudonym.code(
        of: Array("Test Using Larger Than Block-Size Key - Hash Key First".utf8),
        key: [UInt8](repeating: 0xAA, count: 131)
      ).hexadecimal == "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54")
  }

  @Test func `a name in every element that holds text is nowhere afterwards`() throws {
    var file = described
    let planted = Array(Self.plant.utf8)
    // Names, identifiers, dates, institution, device, comments, a private group.
    for tag: UInt32 in [
      0x0008_0005, 0x0008_0012, 0x0008_0020, 0x0008_0050, 0x0008_0080, 0x0008_0090, 0x0008_1050, 0x0009_0010,
      0x0009_1001, 0x0010_0010, 0x0010_0020, 0x0010_0030, 0x0010_4000, 0x0018_1000, 0x0020_0010, 0x0020_4000,
      0x0032_4000, 0x0040_A124,
    ] { file.put(tag, "LO", planted) }
    for tag: UInt32 in [
      0x0008_0018, 0x0020_000D, 0x0020_000E, 0x0062_0021, 0x0016_1001, 0x0016_1002, 0x0016_1003, 0x0016_1004,
      0x0016_1005, 0x0020_0060, 0x0020_0062, 0x0028_0030, 0x0028_0301, 0x0028_0A02, 0x0010_0040, 0x0010_1010,
    ] { file.elements[tag]?.value = planted }
    file.put(
      0x0008_2218, "SQ",
      item(Self.plant, "SCT", Self.plant, more: HandmadeDICOM.element(0x0008_2220, "SQ", item("123456", Self.plant))))
    file.put(0x0008_2228, "SQ", item(Self.plant, Self.plant))
    let options = DICOMOptions(keepsDemographics: true, pseudonymKey: Array("key".utf8))
    let image = try DICOMImage(file.bytes(), options: options, inflatedLimit: 1 << 20)
    _ = try image.frame()
    var shown = ""
    dump(image.lesion, to: &shown)
    #expect(!shown.contains("PLANTED") && !shown.contains("NAME"))
    var expected = DICOMLesionMetadata()
    expected.pseudonyms = image.lesion.pseudonyms
    #expect(image.lesion == expected)
  }

  @Test func `no message repeats a text of the file, wherever the file breaks`() {
    var file = described
    for tag: UInt32 in [0x0008_0080, 0x0009_1001, 0x0010_0010, 0x0010_0020] { file.put(tag, "LO", Self.plant) }
    let whole = file.bytes()
    for tag in file.elements.keys {
      var changed = file
      changed.elements[tag]?.value = Array(Self.plant.utf8)
      check(changed.bytes())
    }
    for count in 128..<whole.count { check(Array(whole.prefix(count))) }
  }

  private func check(_ bytes: [UInt8]) {
    do throws(DICOMFault) {
      _ = try DICOMImage(bytes, inflatedLimit: 1 << 20).frame()
    } catch {
      #expect(!error.description.contains("PLANTED") && !error.description.contains("NAME"))
    }
  }
}

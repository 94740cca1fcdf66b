import ClinicalReports
import DICOM
import Dermoscopy
import Foundation
import Testing

@Suite struct ClinicalReportTests {
  private static let finished = Date(timeIntervalSince1970: 1_795_972_800.25)
  private static let program = ReportingProgram(version: "9.9")

  /// A report of a code, with the probabilities as they are written here.
  private func report(_ code: String, _ probabilities: String = "0.5,0.25,0.125,0.125") throws -> ExaminationReport {
    let shares = probabilities.split(separator: ",")
    let digest = String(repeating: "ab", count: 32)
    return try ExaminationReport(
      json: """
        {"image":{"name":"a.dcm","sha256":"\(digest)","width":600,"height":450,
          "lesion":{"laterality":"L","region":{"scheme":"SCT","code":"40983000"}}},
        "protocol":{"id":"seed","version":"1.0","digest":"\(digest)"},
        "model":{"name":"small","weights_sha256":"\(digest)","projector_sha256":null},"engine":"e","seed":7,
        "sampling":{"source":"explicit"},
        "observations":{"Network":{"value":"atypical","raw":"x"},"Colors":{"value":"unclear","raw":"y"}},
        "description":{"raw":"r","cleaned":"An irregular network.","removed":[]},
        "diagnosis":{"code":"\(code)","method":"model","raw":"\(code)",
          "probabilities":{"MEL":\(shares[0]),"NV":\(shares[1]),"BCC":\(shares[2]),"BKL":\(shares[3])}},
        "flags":[],"ground_truth":null,
        "timings":{"encode_ms":1,"phase1_ms":1,"phase2_ms":1,"phase3_ms":1,"total_ms":4},
        "counts":{"image_encodes":1,"prompt_tokens":1,"shared_prompt_tokens":0,"generated_tokens":1},"report":"t"}
        """)
  }

  private func bundle(_ report: ExaminationReport, _ version: FHIRVersion = .r4) -> String {
    FHIRReport(report, finished: Self.finished, examination: "e1", program: Self.program, version: version).text
  }

  @Test func `a bundle is preliminary, labelled as a machine's, and keeps the figures as they are written`() throws {
    let text = bundle(try report("MEL", "0.1,0.2,0.3,0.4"))
    for words in [
      #""status":"preliminary""#, #""code":"AIAST""#, #""value":0.1,"#, #""code":"93655004""#,
      #""conclusion":"For research. This is not a diagnosis. Classified as MEL, melanoma. An irregular network.""#,
      #""timestamp":"2026-11-29T17:20:00.250Z""#, #""text":"unclear""#, #""valueString":"atypical""#,
    ] {
      #expect(text.contains(words), "\(words)")
    }
    #expect(!text.contains("\n"))
    #expect(bundle(try report("MEL")) == bundle(try report("MEL")))
  }

  @Test func `benign keratosis has no code, because it is wider than each that there is`() throws {
    #expect(LesionCode.allCases.filter { $0.snomed == nil } == [.benignKeratosis])
    let text = bundle(try report("BKL"))
    #expect(text.contains(#""valueCodeableConcept":{"text":"benign keratosis (BKL)"}"#))
  }

  @Test func `R5 has a document where R4 has a medium, and names the device in another way`() throws {
    let (old, new) = (bundle(try report("NV")), bundle(try report("NV"), .r5))
    #expect(old.contains(#""resourceType":"Media""#) && old.contains(#""deviceName":[{"name":"DermGemma""#))
    #expect(new.contains(#""resourceType":"DocumentReference""#) && new.contains(#""name":[{"value":"DermGemma""#))
    #expect(!new.contains("Media") && !new.contains("deviceName"))
  }

  @Test func `a structured report is a DICOM file of even values in ascending order`() throws {
    let written = StructuredReport(
      try report("BCC"), finished: Self.finished, examination: "e1", program: Self.program)
    let bytes = written.file
    #expect(bytes[128..<132].elementsEqual("DICM".utf8))
    #expect(bytes.count.isMultiple(of: 2))
    #expect(written.instance.hasPrefix("2.25.") && written.instance.utf8.count <= 64)
    // Our own reader takes every element, and says that it is no photograph.
    #expect(throws: DICOMFault.self) { try DICOMImage(bytes, inflatedLimit: 1 << 20) }
    let identity = try DICOMIdentity(bytes, inflatedLimit: 1 << 20)
    #expect(identity.instance == written.instance && identity.storageClass == StructuredReport.storageClass)
    #expect(identity.text(of: 0x0010_0010) == nil)
  }

  @Test func `a report with the patient is in the study of the image, and names it in UTF-8`() throws {
    let source = try DICOMIdentity(
      Self.image(characterSet: "ISO_IR 100", name: [0x4D, 0xFC, 0x6C]), inflatedLimit: 1 << 20)
    let written = StructuredReport(
      try report("NV"), finished: Self.finished, examination: "e1", program: Self.program, source: source)
    let identity = try DICOMIdentity(written.file, inflatedLimit: 1 << 20)
    #expect(identity.text(of: 0x0010_0010) == "Mül")
    #expect(identity.study == "1.2.3" && identity.instance == written.instance)
    #expect(throws: DICOMFault.self) {
      try DICOMIdentity(Self.image(characterSet: "ISO 2022 IR 87", name: [0x4D, 0xFC]), inflatedLimit: 1 << 20)
    }
    #expect(throws: DICOMFault.self) {
      try DICOMIdentity(Self.image(characterSet: "", name: [0x41], study: "x"), inflatedLimit: 1 << 20)
    }
  }

  /// The identifiers of an image's file, explicit little endian.
  private static func image(characterSet: String, name: [UInt8], study: String = "1.2.3") -> [UInt8] {
    func element(_ group: Int, _ number: Int, _ type: String, _ value: [UInt8]) -> [UInt8] {
      let padded = value.count.isMultiple(of: 2) ? value : value + [type == "UI" ? 0 : 0x20]
      return [UInt8(group & 255), UInt8(group >> 8), UInt8(number & 255), UInt8(number >> 8)] + Array(type.utf8)
        + [UInt8(padded.count), 0] + padded
    }
    return element(8, 5, "CS", Array(characterSet.utf8)) + element(8, 0x16, "UI", Array("1.2.840.1".utf8))
      + element(8, 0x18, "UI", Array("1.2.5".utf8)) + element(0x10, 0x10, "PN", name)
      + element(0x20, 0x0D, "UI", Array(study.utf8)) + element(0x20, 0x0E, "UI", Array("1.2.4".utf8))
  }
}

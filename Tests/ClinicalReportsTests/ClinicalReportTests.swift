import ClinicalReports
import DICOM
import Dermoscopy
import Foundation
import Imaging
import Testing
import VisionLanguage

@Suite struct ClinicalReportTests {
  private static let finished = Date(timeIntervalSince1970: 1_795_972_800.25)
  private static let program = ReportingProgram(version: "9.9")

  /// A report of a code, with the probabilities as they are written here.
  private func report(
    _ code: String, _ probabilities: String = "0.5,0.25,0.125,0.125", pseudonyms: String = "null"
  ) throws -> ExaminationReport {
    let shares = probabilities.split(separator: ",")
    let digest = String(repeating: "ab", count: 32)
    return try ExaminationReport(
      json: """
        {"image":{"name":"a.dcm","sha256":"\(digest)","width":600,"height":450,
          "lesion":{"laterality":"L","region":{"scheme":"SCT","code":"40983000"},"pseudonyms":\(pseudonyms)}},
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

  @Test func `moments have their milliseconds, none cut off`() throws {
    let one = try report("NV")
    for milliseconds in [1, 7, 123, 668, 669, 987, 999] {
      let text = FHIRReport(
        one, finished: Date(timeIntervalSince1970: Double(1_795_972_800_000 + milliseconds) / 1_000), examination: "e1",
        program: Self.program
      ).text
      let digits = String(String(1_000 + milliseconds).dropFirst())
      #expect(text.contains(#""timestamp":"2026-11-29T17:20:00.\#(digits)Z""#), "\(digits)")
    }
  }

  @Test func `benign keratosis has no code, because it is wider than each that there is`() throws {
    #expect(LesionCode.allCases.filter { $0.snomed == nil } == [.benignKeratosis])
    let text = bundle(try report("BKL"))
    #expect(text.contains(#""valueCodeableConcept":{"text":"benign keratosis (BKL)"}"#))
  }

  @Test func `the study of a DICOM file is in a bundle by its keyed digests alone`() throws {
    let digests = (1...3).map { String(repeating: "0", count: 31) + String($0) }
    let kept = try report(
      "NV", pseudonyms: #"{"study":"\#(digests[0])","series":"\#(digests[1])","instance":"\#(digests[2])"}"#)
    for version in FHIRVersion.allCases {
      let text = bundle(kept, version)
      for words in [
        #""resourceType":"ImagingStudy""#, #""system":"urn:dicom:uid","value":"urn:oid:2.25.1"}"#, #""uid":"2.25.2""#,
        #""valueCode":"masked""#, #""value":"urn:oid:2.25.3"}"#, #""identifier":{"type":{"text":"Keyed digest"#,
      ] {
        #expect(text.contains(words), "\(words)")
      }
    }
    #expect(!bundle(try report("NV")).contains("ImagingStudy"))
    // Digests that another version wrote are no UIDs.
    #expect(!bundle(try report("NV", pseudonyms: #"{"study":"1.2.3"}"#)).contains("ImagingStudy"))
  }

  @Test func `a page is a picture with the notice, and with its own text alone`() throws {
    let capture = ReportCapture(
      try report("MEL", "0.97,0.01,0.01,0.01"), finished: Self.finished, examination: "e1", program: Self.program)
    let red = try PixelImage(width: 2, height: 1, pixels: [255, 0, 0, 255, 0, 0])
    let image = try DICOMImage(try capture.file(with: red), inflatedLimit: 1 << 20)
    #expect(image.hasBurnedInText)
    let bytes = try capture.file(with: nil)
    let identity = try DICOMIdentity(bytes, inflatedLimit: 1 << 20)
    #expect(identity.instance == capture.instance && identity.storageClass == ReportCapture.storageClass)
    #expect(identity.text(of: 0x0010_0010) == nil && bytes.count.isMultiple(of: 2))
    #expect(bytes.firstRange(of: Array("a.dcm".utf8)) == nil)
    let page = try ImageDecoder.decode(try capture.file(with: red), name: "page").image
    func pixel(_ x: Int, _ y: Int) -> [UInt8] {
      Array(page.pixels[(y * page.width + x) * 3..<(y * page.width + x) * 3 + 3])
    }
    #expect(page.width == 1_240 && page.height == 1_754)
    #expect(pixel(0, 0) == [0xFF, 0xF1, 0xCC] && pixel(0, 1_753) == [0xFF, 0xF1, 0xCC])
    // The picture fills its square's width, and half of its height.
    #expect(pixel(80, 480) == [255, 0, 0] && pixel(330, 480) == [255, 0, 0] && pixel(330, 300) != [255, 0, 0])
    // A bar of 97 %, and one of 1 %.
    let rows = (0..<page.height).filter { pixel(1_000, $0) == [0x1F, 0x6F, 0xB2] }
    #expect(rows.count == 22, "\(rows.count)")
    #expect(try capture.file(with: red) == capture.file(with: red))
    // A long description makes the page longer, and nothing is understood as markup.
    var long = try report("NV")
    long.description = CleanedDescription(
      raw: "", cleaned: String(repeating: "<b>irregular</b> & atypical network ", count: 60), removed: [])
    let grown = ReportCapture(long, finished: Self.finished, examination: "e1", program: Self.program)
    #expect(try ImageDecoder.decode(try grown.file(with: nil), name: "page").image.height > 1_754)
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

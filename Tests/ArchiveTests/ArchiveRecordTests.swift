import Datasets
import Foundation
import Testing

@testable import Archive

@Suite(.timeLimit(.minutes(10))) struct ArchiveRecordTests {
  private func record(_ clinical: String) throws -> ArchiveRecord {
    let json = """
      {"isic_id": "ISIC_0000001", "files": {"full": {"url": "u"}}, "metadata": {"clinical": {\(clinical)}}}
      """
    return try JSONDecoder().decode(ArchiveRecord.self, from: Data(json.utf8))
  }

  @Test(
    arguments: [
      ("\"diagnosis_1\": \"Malignant\", \"diagnosis_3\": \"Melanoma, NOS\"", "mel", "Melanoma, NOS"),
      ("\"diagnosis\": \"pigmented benign keratosis\"", "bkl", "pigmented benign keratosis"),
      (
        "\"diagnosis_1\": \"Benign\", \"diagnosis_2\": \"Benign epidermal proliferations\", \"diagnosis_3\": \"Porokeratosis\"",
        "other", "Porokeratosis"
      ),
      ("\"diagnosis_1\": \"Indeterminate\"", "-", "Indeterminate"),
      ("\"diagnosis\": \"purple spot\"", nil, "purple spot"),
      ("\"sex\": \"male\"", nil, nil),
    ] as [(String, String?, String?)])
  func `a record's diagnosis counts by the one mapping`(_ clinical: String, _ code: String?, _ words: String?) throws {
    let record = try record(clinical)
    #expect(record.meaning?.code == code && record.words == words)
  }

  @Test func `the seed's 99 images are 99 identifiers`() {
    guard case .identifiers(let names) = ImageChoice.seed99 else { return #expect(Bool(false)) }
    #expect(names.count == 99 && Set(names).count == 99)
    #expect(names.allSatisfy { ArchiveRecord.isIdentifier($0) })
  }

  @Test func `a list may have comments, blank lines, repeats and foreign line ends`() throws {
    let text = "\u{FEFF}# mine\r\nISIC_0000001\r\n\r\n ISIC_0000002 # a nevus\nISIC_0000001\n"
    #expect(try ImageChoice.listed(in: text, name: "x") == .identifiers(["ISIC_0000001", "ISIC_0000002"]))
  }

  @Test(arguments: ["ISIC_1", "../../etc", "ISIC_00000010", "ISIC_000000x", "ISIC_000000١"])
  func `what is no identifier is refused with its line`(_ word: String) {
    #expect(throws: ArchiveFault.badList(name: "l", line: 2, reason: "no ISIC identifier, such as ISIC_0024306")) {
      try ImageChoice.listed(in: "ISIC_0000001\n\(word)\n", name: "l")
    }
  }

  @Test func `an empty list is refused`() {
    #expect(throws: ArchiveFault.badList(name: "l", line: nil, reason: "names no image")) {
      try ImageChoice.listed(in: "# nothing\n", name: "l")
    }
  }
}

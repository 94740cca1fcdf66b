import Datasets
import Dermoscopy
import Foundation
import Tables
import TestRecords
import Testing

@testable import Validation

@Suite struct SpreadsheetTests {
  @Test func `whatever a model writes is read back as it was`() throws {
    let path = try RecordFixtures.path("table.csv")
    let texts = ["a,b", "say \"no\"", "two\nlines", "cr\r\nlf", " led by a space", "", "größer", "=1+1"]
    let sheet = try Spreadsheet(path: path, header: ["filename", "text"])
    for (index, text) in texts.enumerated() { try sheet.add(["\(index)", text]) }
    #expect(!FileManager.default.fileExists(atPath: path), "it appears whole or not at all")
    try sheet.finish()
    let bytes = Array(try Data(contentsOf: URL(fileURLWithPath: path)))
    let table = try CommaSeparatedValues(bytes, name: "table.csv")
    #expect(table.rows.dropFirst().map { CSVRow.original($0.fields[1]) } == texts)
    #expect(table.rows.last?.fields[1] == "'=1+1", "no formula for a spreadsheet")
    #expect(String(decoding: bytes, as: UTF8.self).hasPrefix("filename,text\r\n"))
  }

  @Test func `a table that is not finished leaves what was there, and nothing else`() throws {
    let path = try RecordFixtures.path("table.csv")
    try Data("old".utf8).write(to: URL(fileURLWithPath: path))
    do {
      let sheet = try Spreadsheet(path: path, header: ["a"])
      try sheet.add([String(repeating: "x", count: 200_000)])
    }
    #expect(try String(contentsOfFile: path, encoding: .utf8) == "old")
    let folder = URL(fileURLWithPath: path).deletingLastPathComponent().path
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder) == ["table.csv"])
  }

  @Test func `the columns are the seed's, in its order`() throws {
    let seed = try ReadingProtocol.builtin(named: "seed")
    #expect(
      PhaseSpreadsheet.phase1.header(seed).joined(separator: ",") == "Image,Architecture,Network,Structures,Colors")
    #expect(
      PhaseSpreadsheet.phase2.header(seed).joined(separator: ",")
        == "filename,Architecture,Network,Structures,Colors,adj_desc,desc_length,flags")
    let third =
      "filename,Architecture,Network,Structures,Colors,Vessels,Regression,Keratosis,adj_desc,desc_length,"
      + "cleaned_desc_length,classification,raw_class_output,cleaning_flags,class_flags,all_flags,elapsed_s"
    #expect(PhaseSpreadsheet.phase3.header(seed).joined(separator: ",") == third)
    let extended = try ReadingProtocol.builtin(named: "extended")
    #expect(PhaseSpreadsheet.phase3.header(extended).joined(separator: ",") == third)
    #expect(PhaseSpreadsheet.phase2.header(extended).suffix(4) == ["flags", "Vessels", "Regression", "Keratosis"])
    #expect(PhaseSpreadsheet.phase1.header(extended).suffix(3) == ["Vessels", "Regression", "Keratosis"])
  }

  @Test func `a row says what each phase found, and whose flags are whose`() throws {
    let seed = try ReadingProtocol.builtin(named: "seed")
    var report = try RecordFixtures.report(name: "sub/lesion.jpg", text: "I cannot say. It is oval.")
    report.diagnosis = Diagnosis(
      code: .nevus, method: .fallback, raw: "perhaps", probabilities: CodeProbabilities([0.1, 0.7, 0.1, 0.1]))
    report.flags = [.guardrail, .invalidCode]
    #expect(PhaseSpreadsheet.phase1.row(report, seed, elapsed: 1) == ["lesion", "oval", "yes", "", ""])
    let row = PhaseSpreadsheet.phase3.row(report, seed, elapsed: 1.25)
    let fields = Dictionary(uniqueKeysWithValues: zip(PhaseSpreadsheet.phase3.header(seed), row))
    #expect(row.count == 17)
    #expect(fields["filename"] == "sub/lesion.jpg" && fields["Vessels"] == "" && fields["desc_length"] == "25")
    #expect(fields["classification"] == "NV" && fields["raw_class_output"] == "perhaps")
    #expect(fields["cleaning_flags"]?.contains("guardrail") == true)
    #expect(fields["class_flags"] == "invalid_code" && fields["all_flags"] == "guardrail, invalid_code")
    #expect(fields["elapsed_s"] == "1.250")
  }

  @Test(arguments: [
    (0.0, "0.000"), (1.2345, "1.235"), (-0.5, "-0.500"), (-0.0001, "0.000"), (.nan, ""), (12, "12.000"),
  ])
  func `numbers have a point and so many digits`(_ number: Double, _ text: String) {
    #expect(PhaseSpreadsheet.decimals(number, 3) == text)
  }

  @Test func `scores for ISIC have its seven categories`() throws {
    let row = try #require(ISICScores.row(try RecordFixtures.report(name: "ISIC_1.jpg")))
    #expect(ISICScores.header.joined(separator: ",") == "image,MEL,NV,BCC,AKIEC,BKL,DF,VASC")
    #expect(row == ["ISIC_1", "0.100000", "0.700000", "0.100000", "0.000000", "0.100000", "0.000000", "0.000000"])
    var partial = try RecordFixtures.report()
    partial.diagnosis = nil
    #expect(ISICScores.row(partial) == nil)
  }
}

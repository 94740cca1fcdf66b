import Dermoscopy
import Foundation
import TestRecords
import Testing

@testable import Records

@Suite(.timeLimit(.minutes(10))) struct ExportTests {
  @Test func `a line of JSON holds the report as it is, or the error`() throws {
    let run = RecordFixtures.run()
    var kept = try RecordFixtures.examination(
      3, of: run, name: "a\nb.png", finished: Date(timeIntervalSince1970: 1_700_000_000.5))
    kept.details = "{\n \"asked\": \"a\\nb\"\r\n}"
    let line = try ExaminationExport.json(kept)
    #expect(!line.contains("\n") && !line.contains("\r"))
    #expect(line.contains(#""examination":\#(try kept.report?.json() ?? "")"#))
    let object = try #require(try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
    #expect(object["finished"] as? String == "2023-11-14T22:13:20.500Z")
    #expect(object["position"] as? Int == 3 && object["run"] as? String == run.id.text)
    #expect((object["details"] as? [String: String])?["asked"] == "a\nb")

    let failed = try ExaminationExport.json(RecordFixtures.failure(0, of: run))
    let other = try #require(try JSONSerialization.jsonObject(with: Data(failed.utf8)) as? [String: Any])
    #expect((other["error"] as? [String: Any])?["status"] as? Int == 66 && other["examination"] == nil)
  }

  @Test func `a row has a value for every column`() throws {
    let run = RecordFixtures.run()
    let row = ExaminationExport.row(
      try RecordFixtures.examination(0, of: run, code: .melanoma, flags: [.guardrail, .empty]))
    #expect(row.count == ExaminationExport.header.count)
    let values = Dictionary(uniqueKeysWithValues: zip(ExaminationExport.header, row))
    #expect(values["code"] == "MEL" && values["NV"] == "0.7" && values["flags"] == "guardrail;empty")
    #expect(values["observations"] == "Network: yes; Architecture: oval")
    var unscored = try RecordFixtures.examination(0, of: run)
    var report = try #require(unscored.report)
    report.diagnosis = Diagnosis(code: .nevus, method: .model, raw: " NV", probabilities: nil, unscored: "no scores")
    unscored.outcome = .report(report)
    let cells = Dictionary(uniqueKeysWithValues: zip(ExaminationExport.header, ExaminationExport.row(unscored)))
    #expect(cells["code"] == "NV" && ["MEL", "NV", "BCC", "BKL"].allSatisfy { cells[$0] == "" })
    #expect(try ExaminationExport.json(unscored).contains(#""probabilities":null,"probabilities_missing":"no scores""#))
    let failed = ExaminationExport.row(RecordFixtures.failure(0, of: run))
    #expect(failed.count == ExaminationExport.header.count && failed.last?.isEmpty == false)
  }
}

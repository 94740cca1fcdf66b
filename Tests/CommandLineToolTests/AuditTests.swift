import Foundation
import TestPrograms
import Testing

/// `audit figures` through the real program.
@Suite(.timeLimit(.minutes(5))) struct AuditTests {
  private static let table = Array(
    """
    image,role,arm,dose,truth,MEL,NV,BCC,BKL,mine
    a,control,,0,MEL,0.8,0.1,0.05,0.05,x
    b,control,,0,NV,0.1,0.8,0.05,0.05,x
    a,camera,jpeg,3,,0.3,0.6,0.05,0.05,x
    b,camera,jpeg,3,,0.1,0.8,0.05,0.05,x
    """.utf8)

  @Test func `a table of answers is told as twelve sentences and as JSON`() async throws {
    let folder = try TestFolders.folder(["answers.csv": Self.table])
    let text = try await Program.run(["audit", "figures", "answers.csv"], in: folder)
    #expect(text.status == 0, "\(text.errors)")
    #expect(text.errors.contains("columns that were not read: mine"))
    #expect(text.text.hasPrefix("2 images of 2 lesions"))
    #expect(text.text.contains("On worse pictures, 50 fewer of 100 are named correctly; jpeg does most: 50 fewer."))
    #expect(text.text.contains("12. Groups"))
    let json = try await Program.run(
      ["audit", "figures", "answers.csv", "--json", "--replicates", "100", "--seed", "3"], in: folder)
    let object = try #require(try JSONSerialization.jsonObject(with: Data(json.output)) as? [String: Any])
    #expect((object["method"] as? [String: Any])?["replicates"] as? Int == 100)
    #expect((object["scorecard"] as? [Any])?.count == 12)
  }

  @Test func `a table becomes a report, and two reports are compared`() async throws {
    let other = String(decoding: Self.table, as: UTF8.self).replacing("0.3,0.6,", with: "0.6,0.3,")
    let folder = try TestFolders.folder(["answers.csv": Self.table, "other.csv": Array(other.utf8)])
    for name in ["answers", "other"] {
      let report = try await Program.run(["audit", "figures", name + ".csv", "--out", name], in: folder)
      #expect(report.status == 0, "\(report.errors)")
      #expect(report.text.hasSuffix("Written to \(name): audit.json, audit.html, audit.csv\n"))
    }
    let said = try await Program.run(["compare", "answers", "other", "--out", "both"], in: folder)
    #expect(said.status == 0, "\(said.errors)")
    #expect(said.text.hasPrefix("A: answers (a table of answers)"))
    #expect(said.text.contains("Fewer named correctly, over all changes: 50 of 100 in A, 0 in B."))
    #expect(said.text.hasSuffix("Written to both: comparison.json, comparison.html\n"))
    let json = try await Program.run(["compare", "answers", "other", "--json"], in: folder)
    let object = try #require(try JSONSerialization.jsonObject(with: Data(json.output)) as? [String: Any])
    #expect(object["schema"] as? String == "dermgemma-audit-comparison/1")
    let wrong = try await Program.run(["compare", "answers", "both"], in: folder)
    #expect(wrong.status == 65 && wrong.errors.contains("answers is an audit and both is none; name two of a kind"))
  }

  @Test func `what is wrong with a call or a table is said in one line`() async throws {
    let folder = try TestFolders.folder(["answers.csv": Array("image,role\na,control\na,camra\n".utf8)])
    let wrong: [([String], Int32, String)] = [
      (["audit"], 64, "Say which images: --images DIR"),
      (["audit", "figures"], 64, "Name a table: audit figures TABLE"),
      (["audit", "figure", "answers.csv"], 64, "'figure' is none of figures, arms, pictures, map"),
      (["audit", "figures", "answers.csv"], 65, "answers.csv, line 3: the role is 'camra'"),
      (["audit", "figures", "none.csv"], 66, "none.csv: no such table of answers"),
    ]
    for (arguments, status, message) in wrong {
      let done = try await Program.run(arguments, in: folder)
      #expect(done.status == status && done.errors.contains(message), "\(done.status) \(done.errors)")
    }
  }
}

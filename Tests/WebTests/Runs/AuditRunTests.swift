import Foundation
import TestModels
import Testing

@testable import Web

/// Audits that are started at the server.
@Suite(.timeLimit(.minutes(10))) struct AuditRunTests {
  @Test func `an audit is planned, carried out, and found among the audits`() async throws {
    try await TestServer.run(TestServer.labelled()) { server async throws in
      let families = "\"kind\": \"audit\", \"families\": [\"words\", \"chance\"], \"limit\": 1"
      let plan = try await server.end(of: try await server.start("{\(families), \"plan\": true}"))
      #expect(plan["status"] as? String == "done" && plan["results"] == nil && plan["can_resume"] as? Bool == false)
      let planned = try #require(plan["plan"] as? [String: Any])
      let parts = try #require(planned["families"] as? [[String: Any]])
      #expect(parts.map { $0["name"] as? String } == ["words", "chance"])
      // The control is an examination of its own; the families' add up to the rest.
      let sum = parts.reduce(0) { $0 + ($1["examinations"] as? Int ?? 0) }
      #expect(planned["examinations"] as? Int == sum + 1 && planned["images"] as? Int == 1)
      #expect(planned["seconds"] as? Double ?? -1 >= 0)
      #expect(!FileManager.default.fileExists(atPath: server.folder.path + "/data/\(plan["id"] ?? "")"))

      let run = try await server.start("{\(families)}")
      let document = try await server.end(of: run)
      #expect(document["status"] as? String == "done", "\(document)")
      #expect((document["results"] as? [String: String])?["report"] == "/api/audits/\(run)/audit.html")
      #expect(try await server.get("/api/audits").text.contains(run))
      let figures = try server.object(try await server.get("/api/audits/\(run)/audit.json"))
      #expect((figures["provenance"] as? [String: Any])?["quick"] != nil || figures["provenance"] != nil)
      let page = try await server.get("/api/audits/\(run)/audit.html")
      #expect(page.status == 200 && page.fields["content-security-policy"]?.contains("sandbox") ?? false)
      let table = try await server.get("/api/audits/\(run)/audit.csv")
      #expect(table.status == 200 && table.fields["content-type"] == "text/csv; charset=utf-8")
      #expect(table.text.contains("a b.png"))
      #expect(try await server.get("/api/audits/other/audit.json").status == 404)

      // Another audit of the same images, and one of others.
      let data = server.folder.path + "/data/"
      try FileManager.default.copyItem(atPath: data + run, toPath: data + "second")
      let compared = try await server.get("/api/audits/\(run)/compared/second/comparison.json")
      let comparison = try server.object(compared)
      #expect(comparison["schema"] as? String == "dermgemma-audit-comparison/1", "\(compared.text)")
      #expect((comparison["b"] as? [String: Any])?["name"] as? String == "second")
      #expect((comparison["summary"] as? String)?.hasPrefix("Neither is clearly more robust") ?? false)
      let both = try await server.get("/api/audits/\(run)/compared/second/comparison.html")
      #expect(both.status == 200 && both.fields["content-security-policy"]?.contains("sandbox") ?? false)
      #expect(try await server.get("/api/audits/\(run)/compared/none/comparison.json").status == 404)
      #expect(try await server.get("/api/audits/second/compared/second/comparison.json").status == 422)
      let csv = try String(contentsOfFile: data + "second/audit.csv", encoding: .utf8)
      try Data(csv.replacing("a b.png", with: "c d.png").utf8).write(
        to: URL(fileURLWithPath: data + "second/audit.csv"))
      try FileManager.default.setAttributes([.modificationDate: Date() + 60], ofItemAtPath: data + "second/audit.json")
      let different = try await server.get("/api/audits/\(run)/compared/second/comparison.json")
      #expect(different.status == 422 && different.text.contains("not_comparable"), "\(different.text)")
      #expect(!different.text.contains(data), "the server's folders stay its own")
      #expect(try await server.get("/api/validations").text == "{\"runs\":[]}")
    }
  }
}

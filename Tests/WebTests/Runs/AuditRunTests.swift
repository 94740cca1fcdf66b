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
      #expect(try await server.get("/api/validations").text == "{\"runs\":[]}")
    }
  }
}

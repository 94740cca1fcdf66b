import Dermoscopy
import Foundation
import Records
import TestModels
import Testing
import VisionLanguage

@testable import Web

@Suite(.timeLimit(.minutes(10))) struct HistoryTests {
  /// Answers that depend on where the random numbers begin, as a real model's do.
  private static let seeded = TestServer.Setting(answer: { request in
    let words = ["Oval.", "Round.", "Irregular."]
    if case .says(let text) = ScriptedModel.typical(request), text != " Oval." { return .says(text) }
    return .says(" " + words[Int(request.seed % 3)])
  })

  private func entries(_ server: TestServer, _ query: String) async throws -> [[String: Any]] {
    let page = try await server.get("/api/examinations?\(query)")
    #expect(page.status == 200, "\(page.text)")
    let document = try #require(try JSONSerialization.jsonObject(with: Data(page.body)) as? [String: Any])
    return try #require(document["examinations"] as? [[String: Any]])
  }

  @Test func `an examination is repeated from the history alone, with the same answer`() async throws {
    try await TestServer.run(Self.seeded) { server async throws in
      let seeds: [UInt64] = [0, 41, .max]
      for seed in seeds {
        let posted = try await server.post("/api/analyze", json: "{\"filename\": \"a b.png\", \"seed\": \(seed)}")
        #expect(posted.status == 200, "\(posted.text)")
      }
      let store = try #require(server.server.application.history.store)
      let kept = try await store.examinations(matching: RecordQuery(), limit: 10, after: nil).elements
      #expect(kept.compactMap { $0.report?.seed } == seeds.reversed())
      for examination in kept {
        let report = try #require(examination.report)
        let run = try #require(try await store.run(examination.run))
        // The run claims no seed for examinations that each have their own.
        #expect(run.kind == "serve" && run.provenance.seed == nil)
        let text = try #require(run.provenance.protocolText)
        let document = try await server.get("/api/examinations/\(examination.id)/protocol")
        #expect(document.status == 200 && document.text == text)
        let readingProtocol = try ReadingProtocol(json: document.body, name: "kept")
        #expect(readingProtocol.digest.hexadecimal == run.provenance.protocolDigest)

        var engine = try ScriptedEngine(Self.seeded.answer)
        engine.readingProtocol = readingProtocol
        let again = try await engine.examine(
          try TestServer.picture(), name: report.image.name, truth: nil, seed: report.seed, log: ExaminationLog())
        #expect(again.observations == report.observations && again.description == report.description)
        #expect(again.diagnosis == report.diagnosis && again.flags == report.flags && again.image == report.image)
      }
      // The seeds do make a difference; otherwise this would show nothing.
      #expect(Set(kept.compactMap { $0.report?.observations.entries.first?.observation.raw }).count > 1)
    }
  }

  @Test func `agreement is looked for in the database, whatever stands before it`() async throws {
    try await TestServer.run { server async throws in
      let posted = try await server.post("/api/analyze", json: "{\"filename\": \"a b.png\"}")
      #expect(posted.status == 200)
      let store = try #require(server.server.application.history.store)
      let first = try #require(
        try await store.examinations(matching: RecordQuery(), limit: 1, after: nil).elements.first)
      let report = try #require(first.report)
      for (position, truth) in ["NV", "MEL", "MEL", "MEL", nil].enumerated() {
        var copy = report
        copy.groundTruth = truth.map { GroundTruth(code: $0, attribute: nil) }
        try await store.keep(StoredExamination(run: first.run, position: position + 1, report: copy))
      }
      #expect(try await entries(server, "match=true").count == 1)
      #expect(try await entries(server, "match=true&limit=1").count == 1)
      #expect(try await entries(server, "match=false").count == 3)
      #expect(try await entries(server, "match=false&code=NV&limit=2").count == 2)
      #expect(try await entries(server, "match=true&code=MEL").isEmpty)
      #expect(try await entries(server, "").count == 6)
    }
  }

  @Test func `an examination leaves in every form that the command line writes`() async throws {
    try await TestServer.run { server async throws in
      #expect(try await server.post("/api/analyze", json: "{\"filename\": \"a b.png\"}").status == 200)
      let store = try #require(server.server.application.history.store)
      let read = try #require(
        try await store.examinations(matching: RecordQuery(), limit: 1, after: nil).elements.first)
      let place = "/api/examinations/\(read.id.text)"
      let page = "application/dicom; sop-class=1.2.840.10008.5.1.4.1.1.7"
      for (query, accept, type, words) in [
        ("?format=json", page, "application/json", "\"id\":\"\(read.id.text)\""),
        ("", "text/html, */*", "application/json", "{"),
        ("?format=text", "*/*", "text/plain; charset=utf-8", try #require(read.report).text),
        ("?format=csv", "*/*", "text/csv; charset=utf-8", "\(read.id.text),\(read.run.text),"),
        ("?format=fhir&fhir_version=R5", "*/*", "application/fhir+json; fhirVersion=5.0", "\"DocumentReference\""),
        ("?format=dicom-sr", "*/*", "application/dicom", "1.2.840.10008.5.1.4.1.1.88.33"),
        ("?format=dicom-sc", "*/*", "application/dicom", "DERIVED\\SECONDARY"),
        ("", page, "application/dicom", "DERIVED\\SECONDARY"),
      ] {
        let answer = try await server.get(place + query, ["Accept": accept])
        #expect(answer.status == 200 && answer.fields["content-type"] == type, "\(query) \(accept)")
        #expect(answer.text.contains(words), "\(query) \(accept)")
      }
      for query in [
        "?format=pdf", "?format=", "?fhir_version=R4", "?format=csv&fhir_version=R4", "?format=fhir&fhir_version=4",
      ] {
        let answer = try await server.get(place + query)
        #expect(answer.status == 422 && answer.member("reason") == "bad_parameter", "\(query)")
      }

      let failed = StoredExamination(
        run: read.run, position: 9, imageName: "x.png", imageDigest: nil,
        outcome: .failure(ExaminationFailure(status: 65, message: "broken")), elapsed: 1)
      try await store.keep(failed)
      for (format, status) in ["text": 404, "dicom-sr": 404, "dicom-sc": 404, "csv": 200, "fhir": 200, "json": 200] {
        #expect(
          try await server.get("/api/examinations/\(failed.id.text)?format=\(format)").status == status, "\(format)")
      }
    }
  }

  @Test func `many examinations are deleted in one call`() async throws {
    try await TestServer.run { server async throws in
      for _ in 0..<4 {
        #expect(try await server.post("/api/analyze", json: "{\"filename\": \"a b.png\"}").status == 200)
      }
      let ids = try await entries(server, "").compactMap { $0["id"] as? String }
      let chosen = ids.prefix(3).map { "\"\($0)\"" }.joined(separator: ",")
      let body = "{\"ids\": [\(chosen), \"nothing-has-this-id\", \"no id at all\"]}"
      let answer = try await server.post("/api/examinations/delete", json: body)
      #expect(answer.status == 200 && answer.text == "{\"deleted\":3}")
      #expect(try await entries(server, "").compactMap { $0["id"] as? String } == [ids[3]])
      for wrong in ["{\"ids\": []}", "{\"ids\": \"\(ids[3])\"}", "{}"] {
        #expect(try await server.post("/api/examinations/delete", json: wrong).status == 422)
      }
      let many = (0..<1_001).map { "\"\($0)\"" }.joined(separator: ",")
      #expect(try await server.post("/api/examinations/delete", json: "{\"ids\": [\(many)]}").status == 422)
    }
  }
}

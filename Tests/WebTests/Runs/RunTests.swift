import Foundation
import Synchronization
import TestModels
import Testing
import VisionLanguage

@testable import Web

/// Validations that are started at the server.
@Suite(.timeLimit(.minutes(10))) struct RunTests {
  private let validation = "{\"kind\": \"validation\"}"
  private let question = "{\"filename\": \"a b.png\"}"

  @Test func `a validation is started, followed to its end, and found among the validations`() async throws {
    try await TestServer.run(TestServer.labelled()) { server async throws in
      let run = try await server.start("{\"kind\": \"validation\", \"seed\": 5}")
      let stream = try await server.get("/api/runs/\(run)/events").text
      #expect(stream.contains("event: finished") && stream.contains("id: 1\n"))
      let last = try #require(stream.split(separator: "id: ").last.flatMap { Int($0.prefix { $0.isNumber }) })
      let rest = try await server.get("/api/runs/\(run)/events", ["Last-Event-ID": String(last - 1)]).text
      #expect(rest.contains("id: \(last)\n") && !rest.contains("id: \(last - 1)\n"))

      let document = try await server.end(of: run)
      #expect(document["status"] as? String == "done")
      let progress = try #require(document["progress"] as? [String: Any])
      #expect(progress["done"] as? Int == 2 && progress["total"] as? Int == 2 && progress["failed"] as? Int == 1)
      let results = try #require(document["results"] as? [String: String])
      #expect(results["report"] == "/api/validations/\(run)/report.html")
      #expect(try await server.get("/api/validations").text.contains(run))
      let summary = try server.object(try await server.get("/api/validations/\(run)/summary.json"))
      #expect((summary["quality"] as? [String: Any])?["examined"] as? Int == 1)
      let report = try await server.get("/api/validations/\(run)/report.html")
      #expect(report.status == 200 && report.fields["content-security-policy"]?.contains("sandbox") ?? false)
      // Nothing of it goes into the history, and the log of the page's own jobs knows nothing of it.
      #expect(try await server.get("/api/examinations").text.contains("\"examinations\":[]"))
      #expect(try await server.get("/api/runs").text.contains(run))
    }
  }

  @Test(arguments: [
    ("{", 400, "bad_request"), ("[]", 422, "bad_body"), ("{\"kind\": \"both\"}", 422, "bad_body"),
    ("{\"kind\": \"validation\", \"quick\": true}", 422, "bad_body"),
    ("{\"kind\": \"validation\", \"limit\": 0}", 422, "bad_body"),
    ("{\"kind\": \"audit\", \"families\": [\"other\"]}", 422, "bad_body"),
    ("{\"kind\": \"audit\", \"families\": []}", 422, "bad_body"),
    ("{\"kind\": \"validation\", \"path\": \"/etc\"}", 422, "bad_body"),
    ("{\"kind\": \"validation\", \"folder\": \"../../etc\"}", 404, "not_found"),
  ])
  func `a request that is wrong is refused with what is wrong`(_ body: String, _ status: Int, _ reason: String)
    async throws
  {
    try await TestServer.run(TestServer.labelled()) { server async throws in
      let answer = try await server.post("/api/runs", json: body)
      #expect(answer.status == status && answer.member("reason") == reason, "\(answer.text)")
      #expect(answer.fields["content-type"] == "application/problem+json")
      #expect(try await server.get("/api/runs").text == "{\"runs\":[]}")
    }
  }

  @Test func `labels of other images, none and no images are refused without a path of the server's`() async throws {
    func refusal(_ setting: TestServer.Setting, _ reason: String, _ words: String) async throws {
      try await TestServer.run(setting) { server async throws in
        let answer = try await server.post("/api/runs", json: validation)
        #expect(answer.status == 422 && answer.member("reason") == reason, "\(answer.text)")
        #expect(answer.text.contains(words) && !answer.text.contains(server.folder.path), "\(answer.text)")
      }
    }
    let other = "Image,Dx,Lesion attributes\nanother,MEL,irregular\n"
    try await refusal(TestServer.labelled(other), "unmatched_labels", "none of its 1 labels")
    try await refusal(TestServer.labelled("hello"), "unusable_labels", "labels.csv")
    try await refusal(TestServer.Setting(), "no_labels", "--labels")
    var empty = TestServer.labelled()
    empty.change = { $0.images = nil }
    try await refusal(empty, "no_images", "--images")
  }

  @Test func `one run is under way at a time; it is cancelled, kept, continued and deleted`() async throws {
    let hangs = Mutex(true)
    var setting = TestServer.labelled()
    setting.answer = { request in hangs.withLock { $0 } ? .hangs : ScriptedModel.typical(request) }
    try await TestServer.run(setting) { server async throws in
      let run = try await server.start(validation)
      let second = try await server.post("/api/runs", json: validation)
      #expect(second.status == 409 && second.member("reason") == "run_under_way" && second.text.contains(run))
      #expect(try await server.send("DELETE", "/api/runs/\(run)/files", [:], []).status == 409)
      #expect(try await server.send("POST", "/api/runs/\(run)/resume", [:], []).status == 409)
      #expect([200, 202].contains(try await server.send("DELETE", "/api/runs/\(run)", [:], []).status))
      let cancelled = try await server.end(of: run)
      #expect(cancelled["status"] as? String == "cancelled" && cancelled["can_resume"] as? Bool == true)
      #expect(try await server.get("/api/validations").text == "{\"runs\":[]}")

      hangs.withLock { $0 = false }
      #expect(try await server.send("POST", "/api/runs/\(run)/resume", [:], []).status == 202)
      #expect(try await server.end(of: run)["status"] as? String == "done")
      #expect(try await server.send("POST", "/api/runs/\(run)/resume", [:], []).member("reason") == "not_resumable")
      #expect(try await server.send("DELETE", "/api/runs/\(run)/files", [:], []).status == 204)
      #expect(try await server.get("/api/runs/\(run)").status == 404)
      #expect(try await server.get("/api/validations").text == "{\"runs\":[]}")
    }
  }

  @Test func `an examination goes before a run's next picture, however long it takes`() async throws {
    let hangs = Mutex(true)
    var setting = TestServer.labelled()
    setting.answer = { request in hangs.withLock { $0 } ? .hangs : ScriptedModel.typical(request) }
    try await TestServer.run(setting) { server async throws in
      let job = try await server.post("/api/analyze", json: question, ["Prefer": "respond-async"]).member("job_id")
      func looks() -> Int { server.engine.model.calls.count { $0 == .look } }
      while looks() < 1 { try await Task.sleep(for: .milliseconds(5)) }
      hangs.withLock { $0 = false }
      let run = try await server.start(validation)
      try await Task.sleep(for: .milliseconds(400))
      #expect(looks() == 1, "the run looks at a picture while an examination has the engine")
      #expect(try server.object(try await server.get("/api/runs/\(run)"))["status"] as? String == "running")
      _ = try await server.send("DELETE", "/api/jobs/\(job)", [:], [])
      #expect(try await server.end(of: run)["status"] as? String == "done")
      #expect(looks() == 2)
    }
  }

  @Test func `a run that the server's end interrupts is known after its next start, and is continued`() async throws {
    let data = FileManager.default.temporaryDirectory.appendingPathComponent("dermgemma-\(UUID().uuidString)").path
    defer { try? FileManager.default.removeItem(atPath: data) }
    func setting(_ answer: @escaping @Sendable (GenerationRequest) -> ScriptedModel.Answer) -> TestServer.Setting {
      var setting = TestServer.labelled()
      let change = setting.change
      setting.change = {
        change(&$0)
        $0.data = data
      }
      setting.answer = answer
      return setting
    }
    var run = ""
    try await TestServer.run(setting { _ in .hangs }) { server async throws in run = try await server.start(validation)
    }
    try await TestServer.run(setting(ScriptedModel.typical)) { server async throws in
      let document = try server.object(try await server.get("/api/runs/\(run)"))
      #expect(document["status"] as? String == "interrupted" && document["can_resume"] as? Bool == true)
      let events = try await server.get("/api/runs/\(run)/events")
      #expect(events.status == 200)
      #expect(try await server.send("POST", "/api/runs/\(run)/resume", [:], []).status == 202)
      #expect(try await server.end(of: run)["status"] as? String == "done")
      // A process that was killed leaves a run behind that says it is under way.
      let file = data + "/\(run)/run.json"
      let text = try String(contentsOfFile: file, encoding: .utf8)
      try text.replacingOccurrences(of: "\"status\":\"done\"", with: "\"status\":\"running\"")
        .write(toFile: file, atomically: true, encoding: .utf8)
    }
    try await TestServer.run(setting(ScriptedModel.typical)) { server async throws in
      #expect(try server.object(try await server.get("/api/runs/\(run)"))["status"] as? String == "interrupted")
    }
  }

  @Test func `runs are bounded in number, and none begins on a full disk`() async throws {
    var setting = TestServer.labelled()
    let change = setting.change
    setting.change = {
      change(&$0)
      $0.limits.runsKept = 1
    }
    try await TestServer.run(setting) { server async throws in
      let run = try await server.start(validation)
      _ = try await server.end(of: run)
      let answer = try await server.post("/api/runs", json: validation)
      #expect(answer.status == 507 && answer.member("reason") == "too_many_runs", "\(answer.text)")
      _ = try await server.send("DELETE", "/api/runs/\(run)/files", [:], [])
      _ = try await server.end(of: try await server.start(validation))
    }
    setting.change = {
      change(&$0)
      $0.limits.roomBytes = Int.max
    }
    try await TestServer.run(setting) { server async throws in
      let answer = try await server.post("/api/runs", json: validation)
      #expect(answer.status == 507 && answer.member("reason") == "no_room", "\(answer.text)")
    }
  }
}

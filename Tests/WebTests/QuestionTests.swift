import Foundation
import Imaging
import Phantoms
import Testing
import VisionLanguage

@testable import Web

/// Questions about one picture.
@Suite(.timeLimit(.minutes(5))) struct QuestionTests {
  /// A server that has a phantom, `lesion.png`, and a picture of one colour, `grey.png`, too.
  private func withPictures(
    _ setting: TestServer.Setting = TestServer.Setting(), _ body: @escaping (TestServer) async throws -> Void
  ) async throws {
    var setting = setting
    let change = setting.change
    setting.change = { settings in
      change(&settings)
      let grey = try? PixelImage(width: 64, height: 48, pixels: [UInt8](repeating: 128, count: 64 * 48 * 3))
      for (name, picture) in [("lesion", PhantomGenerator(seed: 7).phantom(0).image), ("grey", grey)] {
        guard let folder = settings.images, let picture, let png = try? ImageEncoder.png(picture) else { continue }
        try? Data(png).write(to: URL(fileURLWithPath: "\(folder)/\(name).png"))
      }
    }
    try await TestServer.run(setting, body)
  }

  private func object(_ answer: RawAnswer, _ keys: String...) throws -> [String: Any] {
    var object = try #require(try JSONSerialization.jsonObject(with: Data(answer.body)) as? [String: Any])
    for key in keys { object = try #require(object[key] as? [String: Any]) }
    return object
  }

  @Test func `a changed picture is encoded once, and the picture as it is once for all questions`() async throws {
    try await withPictures { server async throws in
      let first = try await server.post(
        "/api/what-if", json: #"{"filename": "lesion.png", "change": {"kind": "turned", "turn": "half"}}"#)
      #expect(first.status == 200, "\(first.text.prefix(300))")
      #expect(first.member("status") == "done")
      #expect(try object(first, "answer", "before", "probabilities")["NV"] as? Double ?? 0 > 0.5)
      #expect(try object(first, "answer", "after")["code"] as? String == "NV")
      #expect(try object(first, "answer", "before", "counts")["image_encodes"] as? Int == 1)
      #expect(try object(first, "answer", "after", "counts")["image_encodes"] as? Int == 1)
      // Every question of the protocol, the review, and Phase 3.
      let questions = server.engine.readingProtocol.questions.count
      #expect(try object(first, "answer", "after")["prompts"] as? Int == questions + 2)
      #expect(try object(first, "answer")["picture"] as? String ?? "" > "data:image/jpeg;base64,/9j/")
      #expect(server.engine.model.calls.count { $0 == .look } == 2)

      let second = try await server.post(
        "/api/what-if", json: #"{"filename": "lesion.png", "change": {"kind": "lesion_erased"}}"#)
      #expect(second.status == 200, "\(second.text.prefix(300))")
      #expect(try object(second, "answer", "before")["remembered"] as? Bool == true)
      #expect(try object(second, "answer", "before", "counts")["image_encodes"] as? Int == 0)
      #expect(try object(second, "answer", "before")["prompts"] as? Int == 0)
      #expect(server.engine.model.calls.count { $0 == .look } == 3)
      // Another seed is another question.
      _ = try await server.post(
        "/api/what-if",
        json: #"{"filename": "lesion.png", "seed": 18446744073709551615, "change": {"kind": "lesion_only"}}"#)
      #expect(server.engine.model.calls.count { $0 == .look } == 5)
      // None of them is an examination.
      #expect(try await server.get("/api/examinations").text.contains(#""examinations":[]"#))
    }
  }

  @Test func `the word that is printed is the opposite of the answer, or one's own`() async throws {
    try await withPictures { server async throws in
      let opposite = try await server.post(
        "/api/what-if", json: #"{"filename": "lesion.png", "change": {"kind": "printed"}}"#)
      #expect(try object(opposite, "answer")["word"] as? String == "MELANOMA")
      let own = try await server.post(
        "/api/what-if", json: #"{"filename": "lesion.png", "change": {"kind": "printed", "text": "naevus 7"}}"#)
      #expect(try object(own, "answer")["word"] as? String == "naevus 7")
    }
  }

  @Test func `where no lesion is found it cannot be hidden, and that is said`() async throws {
    try await withPictures { server async throws in
      for kind in ["lesion_erased", "lesion_only"] {
        let answer = try await server.post(
          "/api/what-if", json: #"{"filename": "grey.png", "change": {"kind": "\#(kind)"}}"#)
        #expect(answer.status == 422 && answer.member("reason") == "no_lesion")
        #expect(answer.member("detail").contains("it was not found in this picture (the picture has one colour)"))
      }
    }
  }

  @Test(arguments: [
    (#"{"filename": "a b.png"}"#, 422, "change"),
    (#"{"change": {"kind": "lesion_only"}}"#, 422, "filename"),
    (#"{"filename": "none.png", "change": {"kind": "lesion_only"}}"#, 404, "no such image"),
    (#"{"filename": "../secret.txt", "change": {"kind": "lesion_only"}}"#, 404, "no such image"),
    (#"{"filename": "a b.png", "change": {"kind": "vignette"}}"#, 422, "change.kind"),
    (
      #"{"filename": "a b.png", "change": {"kind": "opinion", "text": "{diagnosis}", "is_right": true}}"#, 422,
      "no change of the picture"
    ),
    (#"{"filename": "a b.png", "change": {"kind": "brightness"}}"#, 422, "factor"),
    (#"{"filename": "a b.png", "change": {"kind": "brightness", "factor": 1e999}}"#, 422, "factor"),
    (#"{"filename": "a b.png", "change": {"kind": "brightness", "factor": 0.5, "red": 2}}"#, 422, "red"),
    (#"{"filename": "a b.png", "change": {"kind": "printed", "text": "Åse"}}"#, 422, "cannot have Å"),
    (#"{"filename": "a b.png", "change": {"kind": "printed", "text": "   "}}"#, 422, "must not be empty"),
    (#"{"filename": "a b.png", "seed": -1, "change": {"kind": "lesion_only"}}"#, 422, "seed"),
    (#"{"filename": "a b.png", "seed": 1.5, "change": {"kind": "lesion_only"}}"#, 422, "seed"),
    (#"{"filename": "a b.png", "more": 1, "change": {"kind": "lesion_only"}}"#, 422, "more"),
    (#"{"filename": "broken.jpg", "change": {"kind": "lesion_only"}}"#, 422, "broken.jpg"),
    (#"[]"#, 422, "object"), (#"{"#, 400, "not JSON"),
  ])
  func `a body that does not fit is refused, and the problem says what does not`(
    _ body: String, _ status: Int, _ words: String
  ) async throws {
    try await TestServer.run { server async throws in
      let answer = try await server.post("/api/what-if", json: body)
      #expect(answer.status == status && answer.member("detail").contains(words), "\(body): \(answer.text)")
      #expect(answer.fields["content-type"] == "application/problem+json")
    }
  }

  @Test func `a question waits in the queue, can be cancelled, and its stream of events ends with it`() async throws {
    try await withPictures(.hanging) { server async throws in
      let body = #"{"filename": "lesion.png", "change": {"kind": "lesion_only"}}"#
      let asked = try await server.post("/api/what-if", json: body, ["Prefer": "respond-async"])
      #expect(asked.status == 202)
      let job = asked.member("job_id")
      #expect(asked.fields["location"] == "/api/status/\(job)")
      async let events = server.get("/api/jobs/\(job)/events")
      #expect(try await server.send("DELETE", "/api/jobs/\(job)", [:], []).status < 300)
      #expect(try await events.status == 200)
      let status = try await server.get("/api/status/\(job)")
      #expect(status.member("status") == "error" && status.member("reason") == "cancelled")
    }
  }

  @Test func `a page of another site cannot ask, nor one without the token`() async throws {
    try await TestServer.run { server async throws in
      let body = #"{"filename": "a b.png", "change": {"kind": "lesion_only"}}"#
      #expect(try await server.post("/api/what-if", json: body, ["Origin": "http://evil.example"]).status == 403)
      #expect(try await server.post("/api/what-if", json: body, ["Host": "evil.example"]).status == 421)
    }
  }
}

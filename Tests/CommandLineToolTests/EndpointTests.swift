import Foundation
import TestPrograms
import TestServers
import Testing

/// `worker` and `audit` with a model behind an endpoint, through the real program; the endpoint is a stand-in.
@Suite(.timeLimit(.minutes(5))) struct EndpointTests {
  @Test(arguments: [["worker"], ["audit", "--images", ".", "--out", "out"]])
  func `pictures leave this machine only with permission, and the server has the projector`(_ command: [String])
    async throws
  {
    let folder = try TestFolders.folder(TestFolders.phantoms(1))
    let far = ["--endpoint", "http://192.0.2.1:8000/v1", "--model", "m"]
    let refused = try await Program.run(command + far, in: folder)
    #expect(refused.status == 64, "\(refused.errors)")
    #expect(refused.errors.contains("192.0.2.1:8000 is another machine"), "\(refused.errors)")
    #expect(refused.errors.contains("--allow-remote"))
    let projector = try await Program.run(
      command + ["--endpoint", "http://127.0.0.1:9/v1", "--mmproj", "p.gguf"], in: folder)
    #expect(projector.status == 64 && projector.errors.contains("--mmproj does not go with --endpoint"))
    let precise = try await Program.run(
      command + ["--endpoint", "http://127.0.0.1:9/v1"], in: folder, variables: ["DERMGEMMA_PRECISION": "bf16"])
    #expect(precise.status == 64 && precise.errors.contains("--precision does not go with --endpoint"))
    let nobody = try await Program.run(
      command + ["--endpoint", "http://127.0.0.1:9/v1"], in: folder)
    #expect(nobody.status == 69 && nobody.errors.contains("127.0.0.1:9 cannot be reached"), "\(nobody.errors)")
  }

  @Test func `a worker answers with the endpoint's model, and says where it is`() async throws {
    let endpoint = try await EndpointMock.shared.endpoint("noscores")
    let folder = try TestFolders.folder(TestFolders.phantoms(1))
    let lines = [#"{"id": 1, "path": "phantom-0.png"}"#, #"{"id": 2, "info": true}"#]
    let outcome = try await Program.run(
      ["worker", "--endpoint", endpoint], input: .bytes(Array(lines.joined(separator: "\n").utf8)), in: folder)
    #expect(outcome.status == 0 && outcome.errors.isEmpty, "\(outcome.errors)")
    let objects = try outcome.objects().sorted { ($0["line"] as? Int ?? 0) < ($1["line"] as? Int ?? 0) }
    let examination = try #require(objects.first?["examination"] as? [String: Any])
    let diagnosis = try #require(examination["diagnosis"] as? [String: Any])
    #expect(diagnosis["code"] as? String == "BKL" && diagnosis["probabilities"] is NSNull)
    #expect(diagnosis["probabilities_missing"] as? String == "the server gives no log-probabilities")
    let host = try #require(URL(string: endpoint)?.port.map { "127.0.0.1:\($0)" })
    #expect((examination["model"] as? [String: Any])?["endpoint"] as? String == host)
    let information = try #require(objects.last?["info"] as? [String: Any])
    #expect(information["model"] as? String == "stand-in-4b" && information["endpoint"] as? String == host)
    #expect(information["weights_sha256"] is NSNull && information["projector_sha256"] is NSNull)
  }

  @Test func `an audit without probabilities asks what can be asked, and says what cannot`() async throws {
    let endpoint = try await EndpointMock.shared.endpoint("noscores")
    let folder = try TestFolders.folder(TestFolders.phantoms(2))
    let words = ["audit", "--images", ".", "--out", "out", "--arms", "words,chain", "--quick", "--endpoint", endpoint]
    let audit = try await Program.run(words, in: folder)
    #expect(audit.status == 0, "\(audit.errors)")
    #expect(
      audit.errors.contains(
        "There are no probabilities: the server gives no log-probabilities. Verdicts are greedy answers."))
    #expect(!audit.text.contains("beyond the controls"))
    let bytes = try Data(contentsOf: folder.appendingPathComponent("out/audit.json"))
    let document = try #require(try JSONSerialization.jsonObject(with: bytes) as? [String: Any])
    let provenance = try #require(document["provenance"] as? [String: Any])
    #expect(provenance["weights_sha256"] is NSNull && provenance["model"] as? String == "stand-in-4b")
    let arms = try #require(document["arms"] as? [[String: Any]])
    let note = try #require(arms.first { $0["role"] as? String == "note" })
    #expect(note["status"] as? String == "not_applicable")
    #expect(
      note["reason"] as? String
        == "not applicable: its figures need probabilities, and the server gives no log-probabilities")
    #expect(arms.contains { $0["role"] as? String == "opinion" && $0["status"] as? String == "run" })
    let table = try String(contentsOf: folder.appendingPathComponent("out/audit.csv"), encoding: .utf8)
    let control = try #require(table.split(separator: "\n").first { $0.contains(",control,") })
    #expect(control.contains(",BKL,,,,,"), "\(control)")

    let other = try await EndpointMock.shared.endpoint("fine")
    let resumed = try await Program.run(words.dropLast() + [other, "--resume"], in: folder)
    #expect(resumed.status == 65, "\(resumed.errors)")
    let direct = try await Program.run(
      ["audit", "--plan", "--images", ".", "--protocol", "direct", "--endpoint", endpoint], in: folder)
    #expect(
      direct.status == 69
        && direct.errors.contains(
          "The protocol direct chooses by probabilities, and there are none: the server gives no log-probabilities")
    )
  }
}

import Dermoscopy
import Digests
import Foundation
import TestPrograms
import Testing

/// The objects of `analyze --json`: their shape, and that they do not depend on company.
@Suite(.timeLimit(.minutes(10))) struct AnalyzeJSONTests {
  @Test func `an object has the keys, types and digests that INTERFACES promises`() async throws {
    let phantom = TestFolders.phantoms(1)["phantom-0.png"] ?? []
    let folder = try TestFolders.folder(["phantom-0.png": phantom])
    let outcome = try await Program.analyze(["--json", "--seed", "18446744073709551615", "phantom-0.png"], in: folder)
    #expect(outcome.status == 0, "\(outcome.errors)")
    let object = try #require(try outcome.objects().first)
    func part(_ key: String) throws -> [String: Any] { try #require(object[key] as? [String: Any], "\(key)") }
    #expect(
      Set(object.keys) == [
        "image", "protocol", "model", "engine", "seed", "sampling", "observations", "description", "diagnosis", "flags",
        "ground_truth", "timings", "counts", "report",
      ])
    let model = try TinyModelFiles.shared()
    let image = try part("image")
    #expect(Set(image.keys) == ["name", "sha256", "width", "height"])
    #expect(image["sha256"] as? String == SHA256Digest(of: phantom).hexadecimal)
    #expect(image["width"] as? Int == 96 && image["height"] as? Int == 72)
    #expect(Set(try part("protocol").keys) == ["id", "version", "digest"])
    #expect(try part("protocol")["digest"] as? String == ReadingProtocol.builtin(named: "seed").digest.hexadecimal)
    #expect(try part("model")["name"] as? String == "tiny noise")
    #expect(try part("model")["weights_sha256"] as? String == SHA256Digest(ofFileAt: model.text).hexadecimal)
    #expect(try part("model")["projector_sha256"] as? String == SHA256Digest(ofFileAt: model.projector).hexadecimal)
    #expect((object["engine"] as? String)?.hasPrefix("llama.cpp ") == true)
    #expect(object["seed"] as? UInt64 == .max)
    #expect(Set(try part("sampling").keys).isSuperset(of: ["source", "observation", "review", "classification"]))
    let observations = try part("observations")
    #expect(Set(observations.keys) == ["Architecture", "Network", "Structures", "Colors"])
    for (question, value) in observations {
      let words = try #require(value as? [String: Any], "\(question)")
      #expect(words["value"] is String && words["raw"] is String, "\(question)")
    }
    let description = try part("description")
    #expect(Set(description.keys) == ["raw", "cleaned", "removed"])
    #expect(description["removed"] is [[String: String]])
    let diagnosis = try part("diagnosis")
    #expect(Set(diagnosis.keys) == ["code", "method", "raw", "probabilities"])
    let probabilities = try #require(diagnosis["probabilities"] as? [String: Double])
    #expect(Set(probabilities.keys) == ["MEL", "NV", "BCC", "BKL"])
    #expect(abs(probabilities.values.reduce(0, +) - 1) < 1e-5)
    #expect(["MEL", "NV", "BCC", "BKL"].contains(diagnosis["code"] as? String))
    #expect(["model", "fallback"].contains(diagnosis["method"] as? String))
    #expect(object["flags"] is [String])
    #expect(object["ground_truth"] is NSNull)
    #expect(try part("timings").keys.sorted() == ["encode_ms", "phase1_ms", "phase2_ms", "phase3_ms", "total_ms"])
    let counts = try part("counts")
    #expect(Set(counts.keys) == ["image_encodes", "prompt_tokens", "shared_prompt_tokens", "generated_tokens"])
    #expect(counts["image_encodes"] as? Int == 1)
    #expect(object["report"] is String)
  }

  @Test func `direct looks and scores, and describes nothing`() async throws {
    let folder = try TestFolders.folder(TestFolders.phantoms(1))
    let outcome = try await Program.analyze(["--json", "--protocol", "direct", "phantom-0.png"], in: folder)
    let object = try #require(try outcome.objects().first)
    #expect((object["observations"] as? [String: Any])?.isEmpty == true)
    #expect(object["description"] is NSNull)
    #expect((object["diagnosis"] as? [String: Any])?["method"] as? String == "scored")
    #expect((object["counts"] as? [String: Any])?["image_encodes"] as? Int == 1)
  }

  @Test func `extended asks seven questions`() async throws {
    let folder = try TestFolders.folder(TestFolders.phantoms(1))
    let outcome = try await Program.analyze(["--json", "--protocol", "extended", "phantom-0.png"], in: folder)
    #expect(outcome.status == 0, "\(outcome.errors)")
    let object = try #require(try outcome.objects().first)
    #expect((object["observations"] as? [String: Any])?.count == 7)
    #expect((object["sampling"] as? [String: Any])?["source"] as? String == "model")
  }

  /// Objects by image name, without what differs from run to run.
  private func stable(_ outcome: Program.Outcome) throws -> [String: String] {
    var stable: [String: String] = [:]
    for var object in try outcome.objects() {
      object["timings"] = nil
      object["counts"] = nil
      let name = (object["image"] as? [String: Any])?["name"] as? String
      stable[try #require(name)] = try sortedJSON(object)
    }
    return stable
  }

  @Test func `the same objects come forwards, in reverse and eight at a time, and others with another seed`()
    async throws
  {
    let names = (0..<7).map { "phantom-\($0).png" }
    let folder = try TestFolders.folder(TestFolders.phantoms(names.count))
    let forwards = try await Program.analyze(["--json"] + names, in: folder)
    let expected = try stable(forwards)
    #expect(forwards.status == 0 && expected.count == names.count, "\(forwards.errors)")
    #expect(Set(expected.values).count == names.count)
    for arguments in [names.reversed(), ["--parallel", "8"] + names, ["--parallel", "8"] + names.reversed()] {
      let again = try await Program.analyze(["--json"] + arguments, in: folder)
      #expect(again.status == 0, "\(again.errors)")
      #expect(try stable(again) == expected)
      let order = try again.objects().map { ($0["image"] as? [String: Any])?["name"] as? String }
      #expect(order == arguments.filter { $0.hasSuffix(".png") })
    }
    let other = try await Program.analyze(["--json", "--seed", "1", names[0]], in: folder)
    let spoken = try [forwards, other].map { outcome in try sortedJSON(try outcome.objects()[0]["description"]) }
    #expect(spoken[0] != spoken[1])
  }
}

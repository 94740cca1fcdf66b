import Digests
import Foundation
import TestPrograms
import TestServers
import Testing
import Transfer

/// The stand-in as the hub and the archive of the real program.
enum MockHub {
  /// A folder with a configuration that names a model of the stand-in's, and the variables to use them.
  static func environment(_ behaviour: String) async throws -> [String: String] {
    let endpoint = try await MockServer.shared.endpoint
    let repository = "tests/\(behaviour).\(UUID().uuidString)"
    let folder = try TestFolders.folder([
      "config.json": Array(
        """
        {"models": [{"name": "tiny", "title": "A tiny model", "repository": "\(repository)",
          "weights": {"file": "tiny.gguf"}, "projector": {"file": "tiny-mmproj.gguf"}}]}
        """.utf8)
    ])
    return [
      "HF_ENDPOINT": endpoint, "HF_HOME": folder.path + "/hf",
      "DERMGEMMA_CONFIG": folder.path + "/config.json", "DERMGEMMA_ARCHIVE": endpoint,
      "HELD": endpoint + "/release/" + repository,
    ]
  }

  /// Lets a held repository's bytes go on.
  static func release(_ variables: [String: String]) async throws {
    _ = try await HTTPClient().bytes(of: ClientRequest(try #require(variables["HELD"])), limit: 1000)
  }
}

@Suite(.timeLimit(.minutes(5))) struct ModelsCommandTests {
  @Test func `models are listed with their state, the embedded one among them`() async throws {
    let listed = try await Program.run(["models"])
    #expect(listed.status == 0)
    #expect(listed.lines.first?.hasPrefix("dermgemma-small") == true)
    #expect(listed.text.contains("medgemma-1.5-4b         not pulled  4.98 GB"), "\(listed.text)")
  }

  @Test func `models of Ollama's store are listed, and read where they lie`() async throws {
    let model = try TinyModelFiles.shared()
    let folder = try TestFolders.folder(TestFolders.phantoms(1))
    let home = folder.path + "/home"
    func blob(_ path: String) throws -> String {
      let bytes = try Data(contentsOf: URL(fileURLWithPath: path))
      let digest = SHA256Digest(of: Array(bytes)).hexadecimal
      let blobs = home + "/.ollama/models/blobs"
      try FileManager.default.createDirectory(atPath: blobs, withIntermediateDirectories: true)
      try bytes.write(to: URL(fileURLWithPath: "\(blobs)/sha256-\(digest)"))
      return "sha256:" + digest
    }
    let (weights, projector) = (try blob(model.text), try blob(model.projector))
    for (tag, layers) in [
      ("whole", [("model", weights), ("projector", projector)]), ("blind", [("model", weights)]),
    ] {
      let list = layers.map { #"{"mediaType": "application/vnd.ollama.image.\#($0.0)", "digest": "\#($0.1)"}"# }
      let place = home + "/.ollama/models/manifests/registry.ollama.ai/library/tiny"
      try FileManager.default.createDirectory(atPath: place, withIntermediateDirectories: true)
      try Data(#"{"layers": [\#(list.joined(separator: ","))]}"#.utf8).write(
        to: URL(fileURLWithPath: "\(place)/\(tag)"))
    }
    let variables = ["HOME": home]
    let listed = try await Program.run(["models"], variables: variables)
    #expect(
      listed.lines.contains { $0.hasPrefix("ollama:tiny:whole ") && $0.contains(" here ") && $0.hasSuffix("Ollama's") })
    #expect(listed.lines.contains { $0.hasSuffix("Ollama's, without a projector of its own") })
    let read = try await Program.run(
      ["analyze", "--json", "--threads", "1", "--model", "ollama:tiny:whole", "phantom-0.png"], in: folder,
      variables: variables)
    #expect(read.status == 0, "\(read.errors)")
    let named = try #require(try read.objects().first?["model"] as? [String: Any])
    #expect((named["weights_sha256"] as? String).map { "sha256:" + $0 } == weights)
    let blind = try await Program.run(
      ["analyze", "--model", "ollama:tiny:blind", "phantom-0.png"], in: folder, variables: variables)
    #expect(blind.status == 78 && blind.errors.contains("keeps no projector of its own"), "\(blind.errors)")
    let unknown = try await Program.run(["ask", "--model", "ollama:none", "x"], variables: variables)
    #expect(unknown.status == 64 && unknown.errors.contains("known are ollama:tiny:blind, ollama:tiny:whole"))
    let words = try await Program.run(
      ["ask", "--threads", "1", "--max-tokens", "2", "--model", "ollama:tiny:blind", "x"], variables: variables)
    #expect(words.status == 0, "\(words.errors)")
  }

  @Test func `a model is pulled, listed, verified, found by its name, and removed`() async throws {
    let variables = try await MockHub.environment("cut")
    let pulled = try await Program.run(["models", "pull", "tiny"], variables: variables)
    #expect(pulled.status == 0, "\(pulled.errors)")
    #expect(pulled.lines.last == "tiny is here: use it with --model tiny")
    let path = try #require(pulled.lines.first)
    let home = try #require(variables["HF_HOME"])
    #expect(path.hasPrefix(home + "/hub/models--tests--cut"))
    #expect(FileManager.default.fileExists(atPath: path))

    let listed = try await Program.run(["models", "list"], variables: variables)
    #expect(listed.lines.contains { $0.hasPrefix("tiny ") && $0.contains("  here ") })
    let verified = try await Program.run(["models", "verify", "tiny"], variables: variables)
    #expect(verified.status == 0 && verified.lines.count == 3)

    // The stand-in's bytes are noise: that they are read as weights shows that the name led to them.
    let read = try await Program.run(["analyze", "x.png", "--model", "tiny"], variables: variables)
    #expect(read.status == 78)
    #expect(read.errors.contains("/tiny"), "\(read.errors)")

    let removed = try await Program.run(["models", "remove", "tiny"], variables: variables)
    #expect(removed.status == 0 && removed.text.contains("freed"))
    let gone = try await Program.run(["analyze", "x.png", "--model", "tiny"], variables: variables)
    #expect(gone.status == 78 && gone.errors.contains("run dermgemma models pull tiny"))
  }

  @Test func `without links a model is listed, verified by the hub's word or said to be not compared, and removed`()
    async throws
  {
    let variables = try await MockHub.environment("plain").merging(["HF_HUB_DISABLE_SYMLINKS": "1"]) { $1 }
    let pulled = try await Program.run(["models", "pull", "tiny"], variables: variables)
    #expect(pulled.status == 0, "\(pulled.errors)")
    let path = try #require(pulled.lines.first)
    #expect((try? FileManager.default.destinationOfSymbolicLink(atPath: path)) == nil)
    let listed = try await Program.run(["models", "list"], variables: variables)
    #expect(listed.lines.contains { $0.hasPrefix("tiny ") && $0.contains("  here ") })
    let verified = try await Program.run(["models", "verify", "tiny"], variables: variables)
    #expect(verified.status == 0 && verified.lines.last == "All of these match their digests.")
    let alone = try await Program.run(
      ["models", "verify", "tiny"], variables: variables.merging(["TRANSFORMERS_OFFLINE": "1"]) { $1 })
    #expect(alone.status == 0 && alone.lines.count == 3)
    #expect(
      alone.lines.last == "2 of these could not be compared with anything; the others match their digests.")
    #expect(alone.errorLines.first?.contains("\(path): not compared: neither its name in the cache") == true)
    let removed = try await Program.run(["models", "remove", "tiny"], variables: variables)
    #expect(removed.status == 0 && removed.text.hasSuffix("kB freed\n"), "\(removed.text)")
    #expect(!FileManager.default.fileExists(atPath: path))
  }

  @Test func `Ctrl-C stops a pull, and the next one goes on`() async throws {
    let variables = try await MockHub.environment("holdfirst")
    let blobs = try #require(variables["HF_HOME"]) + "/hub"
    let stopwatch = Stopwatch()
    let stopped = try await Program.run(["models", "pull", "tiny"], variables: variables) { process in
      guard stopwatch.isFresh else { return }
      let walk = FileManager.default.enumerator(atPath: blobs)
      while let name = walk?.nextObject() as? String {
        if name.hasSuffix(".part") {
          stopwatch.start()
          kill(process, SIGINT)
          return
        }
      }
    }
    #expect(stopped.status == 130 && !stopped.tookTooLong, "\(stopped.errors)")
    try await MockHub.release(variables)
    let again = try await Program.run(["models", "pull", "tiny"], variables: variables)
    #expect(again.status == 0, "\(again.errors)")
  }

  @Test func `a gated model says which page to accept`() async throws {
    let variables = try await MockHub.environment("gated")
    let refused = try await Program.run(["models", "pull", "tiny"], variables: variables)
    #expect(refused.status == 69)
    let endpoint = try await MockServer.shared.endpoint
    #expect(refused.errors.contains("is gated: accept its terms on \(endpoint)/tests/gated."))
    let allowed = try await Program.run(
      ["models", "pull", "tiny"], variables: variables.merging(["HF_TOKEN": "good"]) { $1 })
    #expect(allowed.status == 0)
  }

  @Test func `a proxy of the environment is used`() async throws {
    // Nobody is called hub.invalid: the stand-in, as a proxy, answers for it.
    let variables = try await MockHub.environment("gated")
      .merging(["HF_ENDPOINT": "http://hub.invalid", "http_proxy": try await MockServer.shared.endpoint]) { $1 }
    let refused = try await Program.run(["models", "pull", "tiny"], variables: variables)
    #expect(refused.status == 69)
    #expect(refused.errors.contains("accept its terms on http://hub.invalid/tests/gated."), "\(refused.errors)")
  }

  @Test(
    arguments: [
      (["models", "pull"], 64, "Say list, pull NAME"),
      (["models", "pull", "nonsense"], 64, "no such model; known are"),
      (["models", "pull", "dermgemma-small"], 64, "comes with the program"),
      (["models", "remove", "medgemma-1.5-4b"], 78, "is not on this machine"),
      (["analyze", "x.png", "--model", "medgema"], 64, "no such model"),
      (["analyze", "x.png", "--model", "medgemma-1.5-4b"], 78, "run dermgemma models pull medgemma-1.5-4b"),
      (["datasets", "pull", "seed98"], 64, "the only one is seed99"), (["datasets"], 64, "Say pull"),
      (["datasets", "pull", "--isic-ids", "none"], 66, "none: the list of identifiers cannot be read"),
      (["completions", "tcsh"], 64, "say bash, zsh, fish or man"),
    ] as [([String], Int32, String)])
  func `what cannot be done is said in one line`(_ line: [String], _ status: Int32, _ says: String) async throws {
    let outcome = try await Program.run(line)
    #expect(outcome.status == status)
    #expect(outcome.errorLines.first?.contains(says) == true, "\(outcome.errors)")
  }

  @Test func `the embedded model is verified by the list beside it, and read by its name`() async throws {
    let verified = try await Program.run(["models", "verify"])
    #expect(verified.status == 0)
    #expect(verified.lines.count == 3)
    let doctor = try await Program.run(["doctor", "--model", "dermgemma-small"])
    #expect(doctor.status == 0)
  }

  @Test func `images are pulled and can be labelled at once`() async throws {
    let variables = try await MockHub.environment("plain")
    let folder = try TestFolders.folder(["ids": Array("ISIC_2200001\nISIC_9200002\n".utf8)])
    let pulled = try await Program.run(
      ["datasets", "pull", "--isic-ids", "ids", "--out", "data", "--rate", "20"], in: folder, variables: variables)
    #expect(pulled.status == 69)
    #expect(pulled.lines == ["data: 1 images, 1 of them fetched now; licences in data/LICENSE.txt"])
    #expect(pulled.errors.contains("1 of 2 images could not be fetched"))
    #expect(try TestFolders.names(in: folder.appendingPathComponent("data/images")) == ["ISIC_2200001.jpg"])
  }
}

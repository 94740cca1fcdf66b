import Digests
import Foundation
import Testing

@testable import Hub

/// Models that Ollama and LM Studio keep, in stores that are made as those programs make them.
@Suite struct NeighbourTests {
  private func folder() throws -> String {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("neighbours-\(UUID().uuidString)").path
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    return folder
  }

  private func write(_ text: String, to path: String) throws {
    let url = URL(fileURLWithPath: path)
    try FileManager.default.createDirectory(at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
    try Data(text.utf8).write(to: url)
  }

  private func stores(_ folder: String) -> NeighbourStores {
    NeighbourStores(variables: ["HOME": folder, "OLLAMA_MODELS": folder + "/ollama"])
  }

  /// A layer as a manifest has it, and its blob.
  private func layer(_ kind: String, _ content: String, in folder: String) throws -> String {
    let digest = SHA256Digest(of: Array(content.utf8)).hexadecimal
    try write(content, to: "\(folder)/ollama/blobs/sha256-\(digest)")
    return #"{"mediaType": "application/vnd.ollama.image.\#(kind)", "digest": "sha256:\#(digest)", "size": 1}"#
  }

  private func manifest(_ layers: [String], _ place: String, in folder: String) throws {
    try write(
      #"{"schemaVersion": 2, "layers": [\#(layers.joined(separator: ", "))]}"#,
      to: "\(folder)/ollama/manifests/\(place)")
  }

  @Test func `Ollama's models are found by their manifests, a projector as a layer of its own`() throws {
    let folder = try folder()
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let (weights, projector) = (try layer("model", "text", in: folder), try layer("projector", "eyes", in: folder))
    try manifest([weights, projector], "registry.ollama.ai/library/medgemma/4b", in: folder)
    try manifest([weights], "registry.ollama.ai/someone/gemma/latest", in: folder)
    try manifest([weights, projector], "hf.co/unsloth/medgemma-4b-it-GGUF/Q8_0", in: folder)
    // What is broken is left out: no manifest, no weights, a digest that leads elsewhere.
    try write("nonsense", to: folder + "/ollama/manifests/registry.ollama.ai/library/broken/latest")
    try manifest([projector], "registry.ollama.ai/library/blind/latest", in: folder)
    try manifest(
      [#"{"mediaType": "application/vnd.ollama.image.model", "digest": "sha256:../../etc/passwd"}"#],
      "registry.ollama.ai/library/evil/latest", in: folder)

    let stores = stores(folder)
    #expect(
      stores.models.map(\.name) == [
        "ollama:hf.co/unsloth/medgemma-4b-it-GGUF:Q8_0", "ollama:medgemma:4b", "ollama:someone/gemma:latest",
      ])
    let model = try stores.model(named: "ollama:medgemma:4b")
    #expect(model.weights == folder + "/ollama/blobs/sha256-" + SHA256Digest(of: Array("text".utf8)).hexadecimal)
    #expect(model.projector == folder + "/ollama/blobs/sha256-" + SHA256Digest(of: Array("eyes".utf8)).hexadecimal)
    #expect(model.bytes == 8 && model.keeper == "Ollama")
    // Without a tag it is the latest, as Ollama has it.
    #expect(try stores.model(named: "ollama:someone/gemma").projector == nil)
    #expect(throws: HubFault.unknownModel("ollama:none", known: stores.models.map(\.name))) {
      try stores.model(named: "ollama:none")
    }
    try FileManager.default.removeItem(atPath: model.weights)
    #expect(throws: HubFault.notWhole("ollama:medgemma:4b", keeper: "Ollama")) {
      try stores.model(named: "ollama:medgemma:4b")
    }
  }

  @Test func `LM Studio's models are found with the projector beside them`() throws {
    let folder = try folder()
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let place = folder + "/.lmstudio/models/"
    for file in [
      "unsloth/medgemma-4b-it-GGUF/medgemma-4b-it-Q8_0.gguf", "unsloth/medgemma-4b-it-GGUF/mmproj-BF16.gguf",
      "unsloth/medgemma-4b-it-GGUF/mmproj-F16.gguf", "many/models/a.gguf", "many/models/b.gguf",
      "many/models/README.md",
      "large/split/x-00001-of-00002.gguf", "large/split/x-00002-of-00002.gguf",
    ] { try write("x", to: place + file) }
    let stores = stores(folder)
    #expect(
      stores.models.map(\.name) == [
        "lmstudio:large/split", "lmstudio:many/models/a", "lmstudio:many/models/b",
        "lmstudio:unsloth/medgemma-4b-it-GGUF",
      ])
    let model = try stores.model(named: "lmstudio:unsloth/medgemma-4b-it-GGUF")
    #expect(model.weights.hasSuffix("medgemma-4b-it-Q8_0.gguf"))
    #expect(model.projector?.hasSuffix("mmproj-F16.gguf") == true)
    #expect(try stores.model(named: "lmstudio:many/models/b").projector == nil)
  }

  @Test func `without such programs there is nothing, and no fault`() throws {
    let folder = try folder()
    defer { try? FileManager.default.removeItem(atPath: folder) }
    #expect(stores(folder).models.isEmpty)
    #expect(
      NeighbourStores.isName("ollama:x") && NeighbourStores.isName("lmstudio:x") && !NeighbourStores.isName("medgemma"))
  }
}

import Foundation
import Testing

@testable import Reading

/// Where weights are looked for. One after another: environment and working folder are the whole process's.
@Suite(.serialized) struct ModelLocationTests {
  private func chosen(_ weights: String?, _ projector: String?) throws -> ModelLocation {
    try ModelLocation.chosen(weights: weights, projector: projector)
  }

  private func fault(_ weights: String?, _ projector: String?) -> ModelLocationFault? {
    do throws(ModelLocationFault) {
      _ = try ModelLocation.chosen(weights: weights, projector: projector)
      return nil
    } catch {
      return error
    }
  }

  @Test func `two named files are taken as they are`() throws {
    #expect(try chosen("a", "b") == ModelLocation(weights: "a", projector: "b"))
  }

  @Test func `one file without the other is wrong usage that names the missing option`() {
    #expect(fault("a", nil) == .onlyOneFile(missing: "--mmproj"))
    #expect(fault(nil, "b") == .onlyOneFile(missing: "--model"))
    #expect(fault("a", nil)?.kind == .usage)
    #expect(fault("a", nil)?.description.contains("--mmproj") == true)
  }

  @Test func `the embedded model is found where DERMGEMMA_MODELS says, and only when both its files are there`()
    async throws
  {
    try await TinyReader.withFolder { folder async throws in
      let before = ProcessInfo.processInfo.environment["DERMGEMMA_MODELS"]
      setenv("DERMGEMMA_MODELS", folder.path, 1)
      defer {
        if let before { setenv("DERMGEMMA_MODELS", before, 1) } else { unsetenv("DERMGEMMA_MODELS") }
      }
      #expect(ModelLocation.folders.first == folder.path)
      let model = folder.appendingPathComponent("dermgemma-small")
      try FileManager.default.createDirectory(at: model, withIntermediateDirectories: true)
      let stem = model.path + "/dermgemma-small"
      try Data([1]).write(to: URL(fileURLWithPath: stem + ".gguf"))
      #expect(ModelLocation.embedded?.weights != stem + ".gguf")
      try Data([1]).write(to: URL(fileURLWithPath: stem + "-mmproj.gguf"))
      let expected = ModelLocation(weights: stem + ".gguf", projector: stem + "-mmproj.gguf", isEmbedded: true)
      #expect(ModelLocation.embedded == expected)
      if !FileManager.default.fileExists(atPath: ModelLocation.medGemma.weights) {
        #expect(try chosen(nil, nil) == expected)
      }
    }
  }

  @Test func `weights that are not there are told in a way that helps`() {
    let none = ModelLocationFault.noEmbeddedModel(searched: "/a, /b")
    #expect(none.kind == .unusableWeights)
    #expect(none.description.contains("/a, /b") && none.description.contains("--model"))
    #expect(ModelLocationFault.halfAModel(there: "x", missing: "y").kind == .unusableWeights)
  }
}

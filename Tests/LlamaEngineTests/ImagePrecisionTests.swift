import Foundation
import TestWeights
import Testing
import VisionLanguage

@testable import LlamaEngine

/// The choice of an image's arithmetic by the engine.
@Suite(.serialized) struct ImagePrecisionTests {
  private func load(hasProjector: Bool = true) async throws -> LlamaVisionLanguageModel {
    let folder = try TinyModel.folder()
    defer { try? FileManager.default.removeItem(at: folder) }
    var configuration = try TinyModel.configuration(
      in: folder, images: 1, answers: 1, threads: 1, hasProjector: hasProjector)
    configuration.precision = .bf16
    let model = try LlamaVisionLanguageModel(configuration)
    _ = try await model.identity
    return model
  }

  @Test func `a graphics processor is never asked for it, nor is the usual arithmetic another`() throws {
    #expect(throws: EngineFault.precisionOfGraphics) { try ImagePrecision.bf16.arithmetic(usesGPU: true) }
    #expect(try ImagePrecision.f32.arithmetic(usesGPU: true) == nil)
    #expect(try ImagePrecision.f32.arithmetic(usesGPU: false) == nil)
  }

  @Test(.enabled(if: ImageArithmetic.bfloat16 == nil, "this processor has AVX512-BF16, so its lack cannot be tried"))
  func `a processor without it is told at once`() async {
    await #expect(throws: EngineFault.noBFloat16) { try await load() }
  }

  @Test(.enabled(if: ImageArithmetic.bfloat16 != nil, "this processor has no AVX512-BF16"))
  func `it is part of the identity, and a projector too small for it is never computed otherwise in silence`()
    async throws
  {
    let model = try await load()
    let identity = try await model.identity
    #expect(identity.precision == .bf16 && identity.fullName == "tiny noise, images in bf16")
    let fault = await #expect(throws: EngineFault.self) { try await model.encode(TinyModel.image(1)) }
    #expect(fault?.description.contains("nothing of an image was computed in bf16") == true)
    #expect(fault?.kind == .unavailable)
  }

  @Test func `work on words alone has no such choice`() async throws {
    let identity = try await load(hasProjector: false).identity
    #expect(identity.precision == .f32 && identity.fullName == "tiny noise")
  }
}

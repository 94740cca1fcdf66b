import TestWeights
import Testing
import VisionLanguage
import Weights

@testable import LlamaEngine

@Suite struct EngineCapacityTests {
  private func capacity(_ slots: EngineConfiguration.Slots, hasProjector: Bool = true) throws -> EngineCapacity {
    let folder = try TinyModel.folder()
    let files = try TinyWeights().write(into: folder)
    let configuration = EngineConfiguration(weights: files.text, projector: files.projector, slots: slots)
    return EngineCapacity(
      configuration, text: try TextWeights(path: files.text),
      projector: hasProjector ? try ProjectorWeights(path: files.projector) : nil, tokensPerSequence: 512)
  }

  @Test func `a sequence's keys and values are counted`() throws {
    // Two blocks, one head of 16, a key and a value of two bytes each for 512 tokens.
    #expect(try capacity(.fixed(images: 1, answers: 4)).footprint.sequence == 2 * 1 * (16 + 16) * 2 * 512)
  }

  @Test func `examinations fit into three quarters of the free memory, and there is always capacity for one`() throws {
    let footprint = try capacity(.fitting(answersPerImage: 4, most: 8)).footprint
    #expect(footprint.sequencesPerExamination == 5)
    func free(for examinations: Int) -> Int { (footprint.fixed + examinations * footprint.examination) * 4 / 3 + 4 }
    #expect(footprint.examinations(inFree: free(for: 3), most: 8) == 3)
    #expect(footprint.examinations(inFree: free(for: 3) - footprint.examination / 2, most: 8) == 2)
    #expect(footprint.examinations(inFree: 1 << 40, most: 8) == 8)
    #expect(footprint.examinations(inFree: 0, most: 8) == 1)
    #expect(footprint.examinations(inFree: nil, most: 8) == 1)
  }

  @Test func `llama.cpp's sequences are never exceeded, and words alone need no image sequence`() throws {
    for slots in [
      EngineConfiguration.Slots.fixed(images: 1000, answers: 1000), .fitting(answersPerImage: 7, most: 1000),
      .fitting(answersPerImage: 1000, most: 1000), .fixed(images: 0, answers: 0),
    ] {
      let capacity = try capacity(slots)
      #expect(capacity.sequences <= EngineConfiguration.mostSequences)
      #expect(capacity.images >= 1 && capacity.answers >= 1)
    }
    let words = try capacity(.fixed(images: 4, answers: 4), hasProjector: false)
    #expect(words.images == 0 && words.answers == 4)
  }

  @Test func `free memory is the kernel's word, or less where the control group has a limit`() {
    #expect(FreeMemory.available(inMemoryInfo: "MemTotal: 10 kB\nMemAvailable:    7 kB\n") == 7 << 10)
    #expect(FreeMemory.available(inMemoryInfo: "") == nil)
    #expect(FreeMemory.left(limit: 100, used: 70, droppable: 20) == 50)
    #expect(FreeMemory.left(limit: 100, used: 170, droppable: 20) == 0)
    #expect(FreeMemory.left(limit: nil, used: 5, droppable: 0) == nil)
    #expect((FreeMemory.bytes ?? 0) > 0)
  }
}

import Dermoscopy
import Digests
import Faults
import Foundation
import LlamaEngine
import Testing
import VisionLanguage

@testable import Reading

@Suite struct ReaderTests {
  @Test func `bytes and the file that holds them read alike`() async throws {
    let reader = try await TinyReader.load()
    try await TinyReader.withFolder { folder async throws in
      let (bytes, file) = (TinyReader.image(1), folder.appendingPathComponent("a.bmp"))
      try Data(bytes).write(to: file)
      let one = try await reader.read(bytes, name: "a.bmp", seed: 3)
      let other = try await reader.read(fileAt: file.path, name: "a.bmp", seed: 3)
      #expect(one.stable == other.stable)
      #expect(one.image.sha256 == SHA256Digest(of: bytes).hexadecimal)
      #expect(one.image.width == 32 && one.image.height == 32)
      #expect(one.model.weights == (try await reader.identity).weights?.hexadecimal)
      #expect(one.counts.imageEncodes == 1)
    }
    await reader.close()
  }

  @Test func `the truth stands in the report and changes nothing else`() async throws {
    let reader = try await TinyReader.load()
    let truth = GroundTruth(code: "MEL", attribute: "<start_of_image> streaks")
    var told = try await reader.read(TinyReader.image(2), name: "a", truth: truth, seed: 1)
    let plain = try await reader.read(TinyReader.image(2), name: "a", seed: 1)
    #expect(told.groundTruth == truth)
    #expect(told.text != plain.text)
    told.groundTruth = nil
    #expect(told.observations == plain.observations && told.description == plain.description)
    #expect(told.diagnosis == plain.diagnosis && told.flags == plain.flags)
    await reader.close()
  }

  @Test func `what is no image, or not there, is a fault that names it`() async throws {
    let reader = try await TinyReader.load("direct")
    func fault(_ body: () async throws -> ExaminationReport) async -> (any Fault)? {
      do {
        _ = try await body()
        return nil
      } catch {
        return error as? any Fault
      }
    }
    let broken = await fault { try await reader.read(Array("hello".utf8), name: "letter.jpg", seed: 0) }
    #expect(broken?.kind == .unusableInput && broken?.description.hasPrefix("letter.jpg: ") == true)
    let missing = await fault { try await reader.read(fileAt: "/nonexistent/a.png", name: "a.png", seed: 0) }
    #expect(missing?.kind == .missingInput)
    _ = try await reader.read(TinyReader.image(1), name: "good", seed: 0)
    await reader.close()
  }

  @Test func `several at once read as each alone, even more than there is room for`() async throws {
    let reader = try await TinyReader.load(readings: 3)
    var lonely: [ExaminationReport] = []
    for number in 0..<6 {
      lonely.append(try await reader.read(TinyReader.image(UInt64(number)), name: "\(number)", seed: 9).stable)
    }
    #expect(Set(lonely.map(\.text)).count == 6)
    let together = try await withThrowingTaskGroup(of: (Int, ExaminationReport).self) { group in
      for number in 0..<6 {
        group.addTask {
          (number, try await reader.read(TinyReader.image(UInt64(number)), name: "\(number)", seed: 9).stable)
        }
      }
      return try await group.reduce(into: [:]) { $0[$1.0] = $1.1 }
    }
    for number in 0..<6 { #expect(together[number] == lonely[number], "\(number)") }
    await reader.close()
  }

  /// When to cancel: while the image is looked at, as the questions begin, at an answer, as the review begins, at its first text.
  enum Moment: CaseIterable {
    case looking, questions, answer, review, text

    func isReached(by event: ExaminationEvent) -> Bool {
      switch (self, event) {
      case (.looking, .phaseStarted), (.questions, .phaseStarted(.observation)), (.answer, .observation),
        (.review, .phaseStarted(.review)), (.text, .descriptionText):
        true
      default: false
      }
    }
  }

  @Test(arguments: Moment.allCases)
  func `cancelling gives everything back, and the next image is read as if nothing had been`(_ moment: Moment)
    async throws
  {
    let reader = try await TinyReader.load()
    let expected = try await reader.read(TinyReader.image(5), name: "x", seed: 2).stable
    for round in 0..<3 {
      let log = ExaminationLog()
      let reading = Task { try await reader.read(TinyReader.image(UInt64(20 + round)), name: "y", seed: 2, log: log) }
      for await entry in log.events() where moment.isReached(by: entry.event) {
        reading.cancel()
        break
      }
      await #expect(throws: CancellationError.self) { try await reading.value }
      #expect(log.isComplete)
    }
    // One view and no more: had a cancelled reading kept it, this one would wait for ever.
    let again = try await reader.read(TinyReader.image(5), name: "x", seed: 2).stable
    #expect(again == expected)
    await reader.close()
  }

  @Test func `a closed reader refuses, and does not hang`() async throws {
    let reader = try await TinyReader.load()
    await reader.close()
    await #expect(throws: EngineFault.closed) { try await reader.read(TinyReader.image(1), name: "x", seed: 0) }
  }

  @Test func `without a projector words are answered, and an image is refused in plain words`() async throws {
    try await TinyReader.withFolder { folder async throws in
      let location = try TinyReader.write(into: folder)
      try FileManager.default.removeItem(atPath: location.projector)
      let reader = try Reader(
        wordsOnly: location.weights, readingProtocol: try ReadingProtocol.builtin(named: "seed"), threads: 1)
      await #expect(throws: EngineFault.noProjector) {
        try await reader.read(TinyReader.image(1), name: "x", seed: 0)
      }
      #expect(try await reader.identity.projector == nil)
      let scores = try await reader.examiner.model.score(
        [" NV", " MEL"], after: Prompt(text: "a nevus", answerPrefix: "Answer:"))
      #expect(scores.logProbabilities.count == 2 && scores.promptTokens > 0)
      await reader.close()
    }
  }

  @Test(arguments: ReadingProtocol.builtinNames)
  func `every built-in protocol's prompts fit, whatever the model says`(_ name: String) async throws {
    let reader = try await TinyReader.load(name, readings: 2)
    for number in 0..<6 {
      let report = try await reader.read(
        TinyReader.image(UInt64(100 + number)), name: "x", seed: UInt64(number) &* 0x9E37_79B9)
      #expect(report.counts.imageEncodes == 1)
    }
    await reader.close()
  }

  @Test(arguments: ReadingProtocol.builtinNames)
  func `a protocol's demand has room for its longest observations and description`(_ name: String) throws {
    let readingProtocol = try ReadingProtocol.builtin(named: name)
    let demand = readingProtocol.demand
    #expect(demand.longestPrompts.count >= readingProtocol.questions.count + 1)
    #expect(demand.longestPrompts.allSatisfy { $0.answerPrefix == readingProtocol.answerPrefix })
    for question in readingProtocol.questions {
      #expect(demand.longestPrompts.contains { $0.text == question.prompt })
      if question.answer.kind == .many, name != "direct" {
        let all = question.answer.values.joined(separator: ", ")
        #expect(demand.longestPrompts.contains { $0.text.contains(all) }, "\(question.id)")
      }
    }
    #expect(demand.longestAnswer > (readingProtocol.sampling.review?.maxTokens ?? 0))
  }
}

import Dermoscopy
import Foundation
import LlamaEngine
import VisionLanguage

/// Our own engine under the domain's examiner: one image at a time, and many at once.
enum EngineRuns {
  struct Result: Encodable {
    var way = "ours"
    var images: Int
    var parallel: Int
    var threads: [Int]
    /// Engines side by side.
    var engines: Int
    /// Milliseconds of every run over all images.
    var runs = Times()
    /// Share of the wall clock that was not spent in llama.cpp; meaningful with one image at a time.
    var outside: [Double] = []
    var encodes = 0
    var promptTokens = 0
    var writingDecodes = 0
    var writtenTokens = 0
    /// Pieces that llama.cpp computed the writing batches in.
    var writingPieces = 0
    var forks = 0
    var moves = 0
    /// Kibibytes of memory that no file backs, at the end.
    var anonymousMemory = 0
    /// For each of the last run's images: encodes of a second look.
    var secondLookEncodes = 0

    /// Tokens that a step decoded on average.
    var width: Double { writingDecodes == 0 ? 0 : Double(writtenTokens) / Double(writingDecodes) }
  }

  static func model(_ arguments: Arguments, _ readingProtocol: ReadingProtocol, parallel: Int) throws
    -> EnginePool
  {
    var configuration = EngineConfiguration(
      weights: try arguments.text("model"), projector: try arguments.text("mmproj"),
      threads: arguments.optional("threads").flatMap { Int($0) },
      slots: .fixed(images: parallel, answers: parallel * max(1, readingProtocol.questions.count)),
      demand: .init(
        longestPrompts: [Prompt(text: String(repeating: "word ", count: 350), answerPrefix: "Answer:")],
        longestAnswer: FixedWork.descriptionTokens))
    configuration.ignoresEndOfTurn = true
    configuration.precision = try arguments.precision()
    return try EnginePool(configuration)
  }

  static func run(_ arguments: Arguments) async throws {
    let readingProtocol = try FixedWork.fixedProtocol(arguments.optional("protocol") ?? "seed")
    let parallel = arguments.number("parallel", default: 1)
    let images = arguments.number("images", default: 1)
    let side = arguments.number("side", default: 224)
    let engine = try model(arguments, readingProtocol, parallel: parallel)
    let fixed = FixedAnswers(model: engine)
    _ = try await engine.identity
    var result = Result(
      images: images, parallel: parallel, threads: [engine.threads.decoding, engine.threads.encoding],
      engines: engine.engines)

    let warmUps = arguments.number("warm-ups", default: 1)
    var number = 0
    for run in 0..<(warmUps + arguments.number("repeats", default: 3)) {
      let pictures = try (0..<images).map { try Examination.image(number + $0, side: side) }
      number += images
      let before = await engine.statistics
      let start = ContinuousClock.now
      try await withThrowingTaskGroup(of: Void.self) { group in
        for (index, picture) in pictures.enumerated() {
          if index >= parallel { try await group.next() }
          group.addTask { _ = try await Examination.examine(picture, with: fixed, by: readingProtocol) }
        }
        try await group.waitForAll()
      }
      let took = ContinuousClock.now - start
      guard run >= warmUps else { continue }
      let after = await engine.statistics
      result.runs.add(took)
      let inside = after.decoding - before.decoding + after.encoding - before.encoding
      result.outside.append(1 - inside / took)
      result.encodes = after.imageEncodes - before.imageEncodes
      result.promptTokens = after.promptTokens - before.promptTokens
      result.writingDecodes = after.generationDecodes - before.generationDecodes
      result.writtenTokens = after.generationTokens - before.generationTokens
      result.writingPieces = after.generationMicroBatches - before.generationMicroBatches
      result.forks = after.forks - before.forks
      result.moves = after.moves - before.moves
    }
    let last = try Examination.image(number - 1, side: side)
    let again = try await Examination.examine(last, with: fixed, by: readingProtocol)
    result.secondLookEncodes = again.counts.imageEncodes
    result.anonymousMemory = Memory.anonymous
    await engine.close()
    try report(result)
  }
}

/// What the system says of this process.
enum Memory {
  /// Kibibytes of memory that no file backs.
  static var anonymous: Int {
    let status = (try? String(contentsOfFile: "/proc/self/status", encoding: .utf8)) ?? ""
    let line = status.split(separator: "\n").first { $0.hasPrefix("RssAnon:") }
    return line.flatMap { $0.split(separator: " ").dropLast().last.flatMap { Int($0) } } ?? 0
  }
}

import Dermoscopy
import Foundation
import LlamaEngine
import Phantoms
import VisionLanguage

/// What holding answers to their words costs: the seed's questions and its code, each answered with the words as a grammar, and freely with
/// as many tokens. Both ways and the reading alone are measured in turns, by the processor time of this process.
struct ConstrainedTrial {
  struct Result: Encodable {
    /// Answers of a round, and the tokens that they have together.
    var answers = 0
    var tokens = 0
    /// Of these, answers whose free text is another one: the grammar changed them.
    var changed = 0
    /// Milliseconds of processor time for a token beyond the reading of the prompt, round by round.
    var held: [Double] = []
    var free: [Double] = []
    /// Held over free of the same round.
    var ratios: [Double] = []
  }

  private struct NoAnswer: Error {}

  /// Ends its answers itself.
  private let held: LlamaVisionLanguageModel
  /// Goes on as long as it may.
  private let free: LlamaVisionLanguageModel
  private let requests: [GenerationRequest]

  static func run(_ arguments: Arguments) async throws {
    let trial = try await ConstrainedTrial(arguments)
    try report(try await trial.measure(arguments))
    await trial.held.close()
    await trial.free.close()
  }

  private init(_ arguments: Arguments) async throws {
    func engine(ignoresEnd: Bool) throws -> LlamaVisionLanguageModel {
      var configuration = EngineConfiguration(
        weights: try arguments.text("model"), projector: arguments.optional("mmproj"), threads: 1, images: 1, answers: 4
      )
      configuration.ignoresEndOfTurn = ignoresEnd
      configuration.prefixes = 16
      return try LlamaVisionLanguageModel(configuration)
    }
    (held, free) = (try engine(ignoresEnd: false), try engine(ignoresEnd: true))
    let document = ReadingProtocol.builtinDocument(named: "seed").map { String(decoding: $0, as: UTF8.self) } ?? ""
    let constrained = document.replacing(
      "\"refusals\"", with: "\"constrained\": true, \"refusals\"", maxReplacements: 1)
    let recorder = PromptRecorder()
    _ = try await Examination.examine(
      try Examination.image(0, side: 8), with: recorder,
      by: try ReadingProtocol(json: Array(constrained.utf8), name: "constrained"))
    // The description is held to nothing.
    let asked = recorder.requests.filter { $0.constraint != nil }
    requests = (0..<arguments.number("seeds", default: 4)).flatMap { seed in
      asked.map { request in
        var request = request
        request.seed = UInt32(seed + 1)
        // Read once and copied then, as far as it goes.
        request.prompt.prefix = request.prompt.text
        return request
      }
    }
  }

  private func measure(_ arguments: Arguments) async throws -> Result {
    var views: [(any ImageContext)?] = []
    for engine in [held, free] {
      guard let side = engine.imageSide else { views.append(nil); continue }
      views.append(try await engine.encode(PhantomGenerator(seed: 77).phantom(1, width: side, height: side).image))
    }
    var result = Result(answers: requests.count)
    var lengths: [Int] = []
    for request in requests {
      let ours = try await Self.answer(request, held, views[0])
      lengths.append(ours.count)
      let theirs = try await Self.answer(request.freed(ours.count), free, views[1])
      if theirs != ours { result.changed += 1 }
    }
    result.tokens = lengths.reduce(0, +)
    for _ in 0..<arguments.number("rounds", default: 9) {
      func cost(_ body: (GenerationRequest, Int) async throws -> Void) async throws -> Double {
        let before = Self.processorTime
        for (request, length) in zip(requests, lengths) { try await body(request, length) }
        return Self.processorTime - before
      }
      let heldCost = try await cost { request, _ in _ = try await Self.answer(request, held, views[0]) }
      let freeCost = try await cost { request, length in
        _ = try await Self.answer(request.freed(length), free, views[1])
      }
      let reading = try await cost { request, _ in _ = try await Self.answer(request.freed(1), free, views[1]) }
      result.held.append((heldCost - reading) / Double(result.tokens))
      result.free.append((freeCost - reading) / Double(result.tokens))
      result.ratios.append((heldCost - reading) / (freeCost - reading))
    }
    for view in views { await view?.close() }
    return result
  }

  /// Questions are put about the picture where there is one; the code never is.
  private static func answer(
    _ request: GenerationRequest, _ engine: LlamaVisionLanguageModel, _ view: (any ImageContext)?
  ) async throws -> [Int32] {
    let streams =
      if let view, !request.prompt.text.contains(askedOfText) {
        try await view.respond(to: [request])
      } else {
        try await engine.respond(to: [request])
      }
    for stream in streams {
      for try await event in stream {
        if case .finished(let whole) = event { return whole.tokens }
      }
    }
    throw NoAnswer()
  }

  /// What the seed's prompt of a code has and no question.
  private static let askedOfText = "MEL"

  /// Milliseconds of processor time of this process.
  private static var processorTime: Double {
    var time = timespec()
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
    return Double(time.tv_sec) * 1e3 + Double(time.tv_nsec) / 1e6
  }
}

extension GenerationRequest {
  /// The same without its words, and with a number of tokens.
  fileprivate func freed(_ tokens: Int) -> GenerationRequest {
    var request = self
    request.constraint = nil
    request.sampling.maxTokens = tokens
    return request
  }
}

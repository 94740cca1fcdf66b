import CLlama
import Dermoscopy
import Foundation
import LlamaEngine
import VisionLanguage

/// The floor: bare llama.cpp calls for one encode, one reading of the distinct tokens, and the generated tokens at a
/// width, each timed alone.
///
/// Each distinct token is read once: the prompts about an image after its tokens, all in one row, as if no answer had to come
/// between them; Phase 3's own words after its sharedPrefix, which all images share and which is therefore not counted.
enum Floor {
  struct Result: Encodable {
    var way = "floor"
    var threads: Int
    var distinctTokens: Int
    var imageTokens = 0
    var encode = Times()
    var image = Times()
    var prompt = Times()
    /// Milliseconds of one decode of so many single tokens.
    var decodes: [String: Times] = [:]
    var anonymousMemory = 0
  }

  /// One image through the projector, bare.
  static func encode(_ arguments: Arguments) throws {
    _ = try LlamaBackend.devices()
    let threads = arguments.number("threads", default: EngineConfiguration.availableThreads)
    guard
      let bare = BareModel(
        weights: try arguments.text("model"), projector: try arguments.text("mmproj"), threads: threads,
        encodingThreads: threads, sequences: 1, tokensPerSequence: 512)
    else { throw BareModel.Failure() }
    var times = Times()
    for number in 0..<arguments.number("repeats", default: 1) {
      let image = try Examination.image(number, side: arguments.number("side", default: 896))
      let start = ContinuousClock.now
      _ = try bare.encode(image)
      times.add(ContinuousClock.now - start)
    }
    try report(times)
  }

  static func run(_ arguments: Arguments) async throws {
    let readingProtocol = try FixedWork.fixedProtocol(arguments.optional("protocol") ?? "seed")
    let work = try await FixedWork(readingProtocol)
    let threads = arguments.number("threads", default: EngineConfiguration.availableThreads)
    let encodingThreads = arguments.number("encoding-threads", default: threads)
    let widths = (arguments.optional("widths") ?? "1,4").split(separator: ",").compactMap { Int($0) }
    let repeats = arguments.number("repeats", default: 5)
    let steps = arguments.number("steps", default: 8)
    let perSequence = arguments.number("context", default: 1024)
    let side = arguments.number("side", default: 224)

    _ = try LlamaBackend.devices()
    guard
      let bare = BareModel(
        weights: try arguments.text("model"), projector: try arguments.text("mmproj"), threads: threads,
        encodingThreads: encodingThreads, sequences: widths.max() ?? 1, tokensPerSequence: perSequence)
    else { throw BareModel.Failure() }

    let prefix = "\nmodel\n" + work.prefix
    let prompts = (work.questions + [work.review]).map { bare.tokens("\n\n" + $0 + prefix) }
    let looking = prompts.flatMap { $0 }
    let sharedPrefix = bare.tokens("user\n" + work.classificationOpening)
    let rest = bare.tokens(String(work.classification.dropFirst(work.classificationOpening.count)) + prefix)
    var result = Result(threads: threads, distinctTokens: looking.count + rest.count)
    let warmUps = arguments.number("warm-ups", default: 1)
    for run in 0..<(repeats + warmUps) {
      let image = try Examination.image(run + 5000, side: side)
      let isCounted = run >= warmUps
      var start = ContinuousClock.now
      let embeddings = try bare.encode(image)
      if isCounted { result.encode.add(ContinuousClock.now - start) }
      result.imageTokens = embeddings.count / bare.width
      bare.clear()
      start = ContinuousClock.now
      try bare.read(embeddings)
      if isCounted { result.image.add(ContinuousClock.now - start) }
      start = ContinuousClock.now
      try bare.read(looking, at: result.imageTokens)
      var reading = ContinuousClock.now - start
      bare.clear()
      try bare.read(sharedPrefix)
      start = ContinuousClock.now
      try bare.read(rest, at: sharedPrefix.count)
      reading += ContinuousClock.now - start
      if isCounted { result.prompt.add(reading) }
    }
    // Half of the description stands there already when its middle token is written.
    let review = prompts.last ?? []
    let written = review + [llama_token](repeating: review.first ?? 0, count: FixedWork.descriptionTokens / 2)
    let context = min(result.imageTokens + written.count, perSequence - steps - 2)
    for width in widths {
      bare.clear()
      try bare.read([llama_token](repeating: review.first ?? 0, count: context - written.count) + written)
      bare.fork(into: width)
      var times = Times()
      for step in 0..<(steps + 2) {
        let start = ContinuousClock.now
        try bare.step(width: width, position: context + step, token: review.first ?? 0)
        if step >= 2 { times.add(ContinuousClock.now - start) }
      }
      result.decodes["\(width)"] = times
    }
    result.anonymousMemory = Memory.anonymous
    try report(result)
  }
}

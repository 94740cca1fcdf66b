import CLlama
import Dermoscopy
import Foundation
import LlamaEngine
import VisionLanguage

/// The floor: bare llama.cpp calls for one encode, one reading of the distinct tokens, and the generated tokens at a
/// width, each timed alone.
///
/// Each distinct token is read once: the prompts about an image after its tokens, all in one row, as if no answer had to come
/// between them; Phase 3's own words after its prefix, which all images share and which is therefore not counted.
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

    let texts = Texts(of: work, in: bare)
    var result = Result(threads: threads, distinctTokens: texts.aboutImage.count + texts.rest.count)
    let warmUps = arguments.number("warm-ups", default: 1)
    for run in 0..<(repeats + warmUps) {
      let image = try Examination.image(run + 5000, side: side)
      try read(texts, about: image, by: bare, into: &result, isCounted: run >= warmUps)
    }
    let generation = (steps: steps, tokensPerSequence: perSequence)
    for width in widths {
      result.decodes["\(width)"] = try decode(after: texts.review, at: width, by: bare, result.imageTokens, generation)
    }
    result.anonymousMemory = Memory.anonymous
    try report(result)
  }

  /// The tokens of the fixed work.
  private struct Texts {
    /// The prompts about an image, in one row.
    let aboutImage: [llama_token]
    let review: [llama_token]
    /// What Phase 3's prompts share, and the rest of one.
    let sharedPrefix: [llama_token]
    let rest: [llama_token]

    init(of work: FixedWork, in bare: BareModel) {
      let prefix = "\nmodel\n" + work.prefix
      let prompts = (work.questions + [work.review]).map { bare.tokens("\n\n" + $0 + prefix) }
      aboutImage = prompts.flatMap { $0 }
      review = prompts.last ?? []
      sharedPrefix = bare.tokens("user\n" + work.classificationOpening)
      rest = bare.tokens(String(work.classification.dropFirst(work.classificationOpening.count)) + prefix)
    }
  }

  /// Encodes an image, and reads its embeddings and the distinct tokens.
  private static func read(
    _ texts: Texts, about image: PixelImage, by bare: BareModel, into result: inout Result, isCounted: Bool
  ) throws {
    var start = ContinuousClock.now
    let embeddings = try bare.encode(image)
    if isCounted { result.encode.add(ContinuousClock.now - start) }
    result.imageTokens = embeddings.count / bare.width
    bare.clear()
    start = ContinuousClock.now
    try bare.read(embeddings)
    if isCounted { result.image.add(ContinuousClock.now - start) }
    start = ContinuousClock.now
    try bare.read(texts.aboutImage, at: result.imageTokens)
    var reading = ContinuousClock.now - start
    bare.clear()
    try bare.read(texts.sharedPrefix)
    start = ContinuousClock.now
    try bare.read(texts.rest, at: texts.sharedPrefix.count)
    reading += ContinuousClock.now - start
    if isCounted { result.prompt.add(reading) }
  }

  /// The times of single tokens for so many sequences at once, in the middle of a description.
  private static func decode(
    after review: [llama_token], at width: Int, by bare: BareModel, _ imageTokens: Int,
    _ generation: (steps: Int, tokensPerSequence: Int)
  ) throws -> Times {
    let token = review.first ?? 0
    // Half of the description stands there already when its middle token is written.
    let written = review + [llama_token](repeating: token, count: FixedWork.descriptionTokens / 2)
    let context = min(imageTokens + written.count, generation.tokensPerSequence - generation.steps - 2)
    bare.clear()
    try bare.read([llama_token](repeating: token, count: context - written.count) + written)
    bare.fork(into: width)
    var times = Times()
    for step in 0..<(generation.steps + 2) {
      let start = ContinuousClock.now
      try bare.step(width: width, position: context + step, token: token)
      if step >= 2 { times.add(ContinuousClock.now - start) }
    }
    return times
  }
}

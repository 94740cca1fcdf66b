import Foundation
import LlamaEngine
import VisionLanguage

/// Allocations per generated token, ours beside those of bare llama.cpp calls. They are counted by a library that is put
/// before the C library (Benchmarks/allocations.c); without it there is nothing to tell.
enum Allocations {
  struct Result: Encodable {
    /// Per generated token of one answer, llama.cpp's own included.
    var ours: Double
    /// Per bare decode of one token.
    var bare: Double
  }
  struct NotCounted: Error, CustomStringConvertible {
    var description: String { "allocations are counted only with LD_PRELOAD=liballocations.so" }
  }

  private typealias Counter = @convention(c) () -> UInt64

  static func run(_ arguments: Arguments) async throws {
    guard let address = dlsym(nil, "dermgemma_allocations") else { throw NotCounted() }
    let counter = unsafeBitCast(address, to: Counter.self)
    let readingProtocol = try FixedWork.fixedProtocol("seed")
    let engine = try EngineRuns.model(arguments, readingProtocol, parallel: 1)
    _ = try await engine.identity
    // The difference of two lengths, so that what a request costs whatever its length is left out.
    func allocations(tokens: Int) async throws -> UInt64 {
      let request = GenerationRequest(
        prompt: Prompt(text: "What is this?", answerPrefix: "Answer:"),
        sampling: Sampling(temperature: 0.5, repeatPenalty: 1.5, maxTokens: tokens), seed: 1)
      let before = counter()
      for stream in try await engine.respond(to: [request]) { for try await _ in stream {} }
      return counter() - before
    }
    _ = try await allocations(tokens: 100)
    let short = try await allocations(tokens: 20)
    let long = try await allocations(tokens: 100)
    await engine.close()

    guard
      let bare = BareModel(
        weights: try arguments.text("model"), projector: try arguments.text("mmproj"), threads: 1, encodingThreads: 1,
        sequences: 1, tokensPerSequence: 512)
    else { throw BareModel.Failure() }
    let tokens = bare.tokens("What is this?")
    guard let token = tokens.first else { throw BareModel.Failure() }
    try bare.read(tokens)
    for step in 0..<20 { try bare.step(width: 1, position: tokens.count + step, token: token) }
    let before = counter()
    for step in 20..<100 { try bare.step(width: 1, position: tokens.count + step, token: token) }
    let bareCount = counter() - before
    try report(Result(ours: (Double(long) - Double(short)) / 80, bare: Double(bareCount) / 80))
  }
}

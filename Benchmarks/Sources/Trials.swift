import CLlama
import Foundation
import LlamaEngine
import Phantoms
import VisionLanguage

/// What might be faster, tried side by side in one run: each variant's least time against the usual way's, taken in turns,
/// and whether the answers stay.
enum Trials {
  static func run(_ arguments: Arguments) async throws {
    _ = try LlamaBackend.devices()
    let rounds = arguments.number("rounds", default: 5)
    let (reviews, others) = try await LookupTrial.answers(arguments, phantoms: arguments.number("phantoms", default: 8))
    let usual = try TrialContext(arguments)
    print("Least of \(rounds) rounds in turns; \(reviews.count) descriptions of phantoms, \(usual.threads) thread(s)")
    try lookup(reviews, others, usual, rounds)
    let prompts = reviews.map(\.prompt)
    try contexts(arguments, usual, prompts, rounds)
    try precisions(arguments, usual, prompts, rounds)
  }

  // MARK: Lookup decoding

  private typealias Pair = (prompt: [Int32], answer: [Int32])

  private static func lookup(_ reviews: [Pair], _ others: [Pair], _ bench: TrialContext, _ rounds: Int) throws {
    let most = 8
    var cost = [Int: Double]()
    for _ in 0..<rounds {
      for count in 1...most + 1 {
        cost[count] = min(cost[count] ?? .infinity, try bench.decode(count, allRows: true))
      }
    }
    let one = cost[1] ?? 1
    print("\nlookup decoding: answers   most  proposed  accepted  decodes/token  time against token by token")
    for (name, answers) in [("descriptions", reviews), ("other answers", others)] {
      for most in [1, 2, 3, 4, 6, 8] {
        var trial = LookupTrial(most: most)
        for pair in answers { trial.follow(prompt: pair.prompt, answer: pair.answer) }
        guard trial.written > 0 else { continue }
        let time = trial.widths.reduce(0) { $0 + Double($1.value) * (cost[$1.key] ?? 0) }
        line(
          "", name, "\(most)", "\(trial.proposed)", "\(trial.accepted)",
          number(Double(trial.decodes) / Double(trial.written)), number(time / (one * Double(trial.written))))
      }
    }
    print(
      "cost of a decode of 1, 2, … tokens against 1: "
        + (1...most + 1).map { number((cost[$0] ?? 0) / one) }.joined(separator: " "))
  }

  // MARK: Contexts

  private static func contexts(
    _ arguments: Arguments, _ usual: TrialContext, _ prompts: [[Int32]], _ rounds: Int
  ) throws {
    typealias Change = (name: String, settings: BareModel.Settings)
    var changes: [Change] = [("usual way", .init())]
    changes.append(("keys in Q8_0", .init(keys: GGML_TYPE_Q8_0)))
    changes.append(("flash attention", .init(flashAttention: true)))
    changes.append(
      ("keys and values in Q8_0, flash", .init(keys: GGML_TYPE_Q8_0, values: GGML_TYPE_Q8_0, flashAttention: true)))
    if EngineConfiguration.availableThreads > 1 { changes.append(("2 threads", .init(threads: 2))) }
    let benches = try changes.map { try TrialContext(arguments, settings: $0.settings) }
    try compare(zip(changes.map(\.name), benches).map { ($0, $1) }, prompts, rounds)
    let pinned = usual
    let before = Affinity.current
    var free: [Double] = [], fixed: [Double] = []
    for _ in 0..<rounds {
      free.append(try pinned.decode(1))
      Affinity.pin(toFirstOf: before)
      fixed.append(try pinned.decode(1))
      Affinity.set(before)
    }
    print(
      "one thread pinned to a processor: one token in \(number((fixed.min() ?? 0) / (free.min() ?? 1))) of the time")
  }

  private static func precisions(
    _ arguments: Arguments, _ usual: TrialContext, _ prompts: [[Int32]], _ rounds: Int
  ) throws {
    var texts = [("text as given", usual)]
    for (name, file) in files(arguments.optional("texts")) {
      texts.append(("text in \(name)", try TrialContext(arguments, weights: file)))
    }
    if texts.count > 1 { try compare(texts, prompts, rounds) }
    var projectors = [("projector as given", usual)]
    for (name, file) in files(arguments.optional("projectors")) {
      projectors.append(("projector in \(name)", try TrialContext(arguments, projector: file)))
    }
    guard projectors.count > 1 else { return }
    let image = PhantomGenerator(seed: 77).phantom(0, width: 224, height: 224).image
    var least = [Double](repeating: .infinity, count: projectors.count)
    let embeddings = try projectors.map { try $0.1.bare.encode(image) }
    for _ in 0..<rounds {
      for (index, projector) in projectors.enumerated() {
        let took = try ContinuousClock().measure { _ = try projector.1.bare.encode(image) }
        least[index] = min(least[index], took / .milliseconds(1))
      }
    }
    print(
      "\nencode                           ms   ratio  largest difference of an embedding's numbers (largest number)")
    let peak = embeddings[0].map(abs).max() ?? 0
    for (index, projector) in projectors.enumerated() {
      let moved = zip(embeddings[0], embeddings[index]).map { abs($0 - $1) }.max() ?? 0
      line(projector.0, number(least[index]), number(least[index] / least[0]), "\(moved) (\(peak))")
    }
  }

  /// `NAME=FILE,NAME=FILE`.
  private static func files(_ list: String?) -> [(String, String)] {
    (list ?? "").split(separator: ",").compactMap { entry in
      let parts = entry.split(separator: "=", maxSplits: 1).map(String.init)
      return parts.count == 2 ? (parts[0], parts[1]) : nil
    }
  }

  /// Times of variants in turns, and their greedy answers against the first one's.
  private static func compare(_ benches: [(String, TrialContext)], _ prompts: [[Int32]], _ rounds: Int) throws {
    var (one, many, prompt) = ([Double](), [Double](), [Double]())
    one = [Double](repeating: .infinity, count: benches.count)
    (many, prompt) = (one, one)
    for _ in 0..<rounds {
      for (index, bench) in benches.enumerated() {
        one[index] = min(one[index], try bench.1.decode(1))
        many[index] = min(many[index], try bench.1.step(width: 4))
        prompt[index] = min(prompt[index], try bench.1.decode(32))
      }
    }
    print(
      "\nvariant           ms: a token  4 answers' tokens  32 tokens  (ratios)  answers changed  largest logit difference  "
        + "bits in company"
    )
    let expected = try prompts.map { try benches[0].1.greedy(after: $0, count: 60) }
    for (index, bench) in benches.enumerated() {
      var changed = 0
      var moved: Float = 0
      for (prompt, usual) in zip(prompts, expected) {
        let found = try bench.1.greedy(after: prompt, count: 60)
        if found.tokens != usual.tokens { changed += 1 }
        moved = max(moved, zip(found.first, usual.first).map { abs($0 - $1) }.max() ?? 0)
      }
      let same = try bench.1.keepsBitsInCompany()
      line(
        bench.0, number(one[index]), number(many[index]), number(prompt[index]),
        "(\(number(one[index] / one[0])) \(number(many[index] / many[0])) \(number(prompt[index] / prompt[0])))",
        "\(changed) of \(prompts.count)", "\(moved)", same ? "equal" : "differ")
    }
  }

  private static func number(_ value: Double) -> String { String(format: "%.3f", value) }
  private static func line(_ first: String, _ rest: String...) {
    print(first.padding(toLength: 32, withPad: " ", startingAt: 0) + rest.joined(separator: "  "))
  }
}

/// A bare model, and the things that are timed with it.
final class TrialContext {
  let bare: BareModel
  let threads: Int
  private static let context = 600

  init(
    _ arguments: Arguments, weights: String? = nil, projector: String? = nil, settings: BareModel.Settings = .init()
  ) throws {
    threads = settings.threads ?? arguments.number("threads", default: 1)
    guard
      let bare = BareModel(
        weights: try weights ?? arguments.text("model"), projector: try projector ?? arguments.text("mmproj"),
        threads: threads, encodingThreads: threads, sequences: 4, tokensPerSequence: 1024, settings: settings)
    else { throw BareModel.Failure() }
    self.bare = bare
    try fill()
  }

  private func fill() throws {
    bare.clear()
    try bare.read((0..<Self.context).map { llama_token(10 + $0 % 200) })
    bare.fork(into: 4)
    // Copies are made with the first decode.
    try bare.step(width: 4, position: Self.context, token: 11)
    bare.truncateAll(4, to: Self.context)
  }

  /// Milliseconds of a decode of so many tokens after 600, least of a few.
  func decode(_ count: Int, allRows: Bool = false) throws -> Double {
    try least { try bare.read((0..<count).map { llama_token(20 + $0) }, at: Self.context, allRows: allRows) }
  }

  /// Milliseconds of one token for each of some sequences.
  func step(width: Int) throws -> Double {
    try least { try bare.step(width: width, position: Self.context, token: 20) }
  }

  private func least(_ work: () throws -> Void) throws -> Double {
    var least = Double.infinity
    for _ in 0..<6 {
      let took = try ContinuousClock().measure(work)
      least = min(least, took / .milliseconds(1))
      bare.truncateAll(4, to: Self.context)
    }
    return least
  }

  /// The likeliest tokens after a prompt, and the first row of logits.
  func greedy(after prompt: [llama_token], count: Int) throws -> (tokens: [llama_token], first: [Float]) {
    bare.truncateAll(4, to: 0)
    defer { try? fill() }
    try bare.read(prompt)
    let first = bare.logits(ofRow: prompt.count - 1)
    var logits = first
    var tokens: [llama_token] = []
    for step in 0..<count {
      guard let best = logits.indices.max(by: { logits[$0] < logits[$1] }) else { break }
      tokens.append(llama_token(best))
      try bare.read([llama_token(best)], at: prompt.count + step)
      logits = bare.logits(ofRow: 0)
    }
    return (tokens, first)
  }

  /// Whether a token's logits have the same bits alone and beside three others.
  func keepsBitsInCompany() throws -> Bool {
    try bare.step(width: 1, position: Self.context, token: 20)
    let alone = bare.logits(ofRow: 0)
    bare.truncateAll(4, to: Self.context)
    try bare.step(width: 4, position: Self.context, token: 20)
    let beside = bare.logits(ofRow: 0)
    bare.truncateAll(4, to: Self.context)
    return zip(alone, beside).allSatisfy { $0.bitPattern == $1.bitPattern }
  }
}

import Digests
import Dermoscopy
import Faults
import Synchronization
import VisionLanguage

/// A model that says what a test wants, and remembers what it was asked unless it is told not to.
package final class ScriptedModel: VisionLanguageModel {
  /// What becomes of one request.
  package enum Answer {
    case says(String)
    case fails(any Error)
    /// Says a little and never ends.
    case hangs
    /// Says a little and stops without having finished.
    case breaksOff
  }

  /// What was done to the model.
  package enum Call: Equatable {
    case look
    case respond([GenerationRequest], seesImage: Bool)
    case score([String], Prompt, seesImage: Bool)
    case close
  }

  package struct Broken: Fault, Equatable {
    package init() {}

    package var kind: FaultKind { .unusableWeights }
    package var description: String { "the weights are broken" }
  }

  package let answer: @Sendable (GenerationRequest) -> Answer
  package let logProbabilities: [Double]
  package let recommendedSampling: RecommendedSampling
  package let metadata: [String: [Double]]
  package let lookingFails: Bool
  /// Why labels are not scored; `nil` if they are.
  package let unscored: String?
  private let remembers: Bool
  private let log = Mutex<[Call]>([])

  package init(
    logProbabilities: [Double] = [-2, -0.3, -3, -4], recommendedSampling: RecommendedSampling = .init(),
    metadata: [String: [Double]] = [:], lookingFails: Bool = false, unscored: String? = nil, remembers: Bool = true,
    answer: @escaping @Sendable (GenerationRequest) -> Answer = ScriptedModel.typical
  ) {
    self.answer = answer
    self.logProbabilities = logProbabilities
    self.recommendedSampling = recommendedSampling
    self.metadata = metadata
    self.lookingFails = lookingFails
    self.unscored = unscored
    self.remembers = remembers
  }

  package var calls: [Call] { log.withLock { $0 } }
  package func note(_ call: Call) {
    guard remembers else { return }
    log.withLock { $0.append(call) }
  }

  package var identity: ModelIdentity {
    ModelIdentity(
      name: "Scripted", weights: SHA256Digest(of: [1]), projector: SHA256Digest(of: [2]), engine: "script 1.0")
  }
  package let imageSide: Int? = 224
  package func metadataNumbers(_ key: String) -> [Double]? { metadata[key] }

  package func encode(_ image: PixelImage) async throws -> any ImageContext {
    note(.look)
    if lookingFails { throw Broken() }
    return View(model: self)
  }

  package func respond(to requests: [GenerationRequest]) async throws -> [GenerationStream] {
    respond(to: requests, seesImage: false)
  }

  package func score(_ labels: [String], after prompt: Prompt) async throws -> LabelScores {
    score(labels, after: prompt, seesImage: false)
  }

  fileprivate func respond(to requests: [GenerationRequest], seesImage: Bool) -> [GenerationStream] {
    note(.respond(requests, seesImage: seesImage))
    return requests.map { stream(of: answer($0)) }
  }

  fileprivate func score(_ labels: [String], after prompt: Prompt, seesImage: Bool) -> LabelScores {
    note(.score(labels, prompt, seesImage: seesImage))
    var scores = LabelScores(logProbabilities: [], promptTokens: 5)
    scores.unscored = unscored
    if unscored == nil { scores.logProbabilities = Array(logProbabilities.prefix(labels.count)) }
    return scores
  }

  private func stream(of answer: Answer) -> GenerationStream {
    let (stream, continuation) = GenerationStream.makeStream()
    switch answer {
    case .says(let text):
      let middle = text.index(text.startIndex, offsetBy: text.count / 2)
      for piece in [text[..<middle], text[middle...]] where !piece.isEmpty { continuation.yield(.text(String(piece))) }
      continuation.yield(
        .finished(Generation(text: text, generatedTokens: 3, promptTokens: 10, stopReason: .endOfTurn)))
      continuation.finish()
    case .fails(let error): continuation.finish(throwing: error)
    case .hangs: continuation.yield(.text("Well"))
    case .breaksOff:
      continuation.yield(.text("Well"))
      continuation.finish()
    }
    return stream
  }

  private struct View: ImageContext {
    let model: ScriptedModel
    var cost: EncodingCost { EncodingCost(imageEncodes: 1, promptTokens: 100, encoding: .milliseconds(20)) }
    func close() async { model.note(.close) }
    func respond(to requests: [GenerationRequest]) async throws -> [GenerationStream] {
      model.respond(to: requests, seesImage: true)
    }
    func score(_ labels: [String], after prompt: Prompt) async throws -> LabelScores {
      model.score(labels, after: prompt, seesImage: true)
    }
  }
}

extension ScriptedModel {
  package static let typicalDescription = """
    The oval shape is consistent with the image and the border is regular. \
    The pigment network matches the notes, and no vessels or regression are visible.
    """

  /// Answers of a model that does its work well.
  @Sendable package static func typical(_ request: GenerationRequest) -> Answer {
    answers(["shape": " Oval.", "network": " Yes", "structures": " Dots and globules", "code that": " NV"])(request)
  }

  /// Answers by a word of the prompt, before those of a model that does its work well.
  package static func answers(_ texts: [String: String]) -> @Sendable (GenerationRequest) -> Answer {
    { request in
      let text = request.prompt.text
      if text.contains("Choose the code") { return .says(texts["code that"] ?? " NV") }
      if text.contains("These notes") { return .says(texts["notes"] ?? typicalDescription) }
      if let key = texts.keys.sorted().first(where: { text.contains($0) }) { return .says(texts[key] ?? "") }
      let others = ["shape": " Oval.", "network": " Yes", "tructures": " Dots", "colors": " brown, tan"]
      let key = others.keys.sorted().first { text.contains($0) }
      return .says(key.flatMap { others[$0] } ?? " No.")
    }
  }

  /// All requests to generate, in order.
  package var requests: [GenerationRequest] {
    calls.flatMap { call in if case .respond(let requests, _) = call { requests } else { [GenerationRequest]() } }
  }
}

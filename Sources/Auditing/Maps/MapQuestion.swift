import Dermoscopy
import Imaging
import Perturbations
import VisionLanguage

/// Asks where in a picture an answer hangs: each block is taken away in turn, then more and more of them for the deletion test.
///
/// Everything is asked as an audit asks: at its working size, the codes scored, Phase 1's words the likeliest ones, and what is
/// still drawn with the seed of the original. Only the picture differs.
public struct MapQuestion: Sendable {
  private let reader: AuditReader

  /// Blocks in a row and in a column.
  static let perSide = 4

  /// A way to ask.
  ///
  /// - Parameters:
  ///   - model: that answers.
  ///   - readingProtocol: the protocol.
  ///   - seed: of what is drawn.
  public init(_ model: any VisionLanguageModel, readingProtocol: ReadingProtocol, seed: UInt64) {
    reader = AuditReader(model: model, readingProtocol: readingProtocol, arms: [], seed: seed)
  }

  /// Draws up a map.
  ///
  /// - Parameters:
  ///   - kind: what is taken away.
  ///   - image: the original.
  ///   - name: what the map calls it.
  /// - Throws: ``QuestionFault`` for a picture that cannot be changed, or a model whose tokens cannot be blanked; the model's
  ///   `Fault`; `CancellationError`.
  public func map(_ kind: MapKind, of image: DecodedImage, name: String) async throws -> AnswerMap {
    try await QuestionFault.naming {
      let subject = try PerturbationSubject(original: image.image, findsMask: false)
      var asked = try AskedBlocks(kind, reader, subject, image)
      let whole = try await asked.answer(without: [])
      guard let code = whole.likeliest(of: reader.readingProtocol.classification.codes) else {
        throw QuestionFault.noProbabilities("the protocol has no codes")
      }
      var changes: [Double] = []
      let blocks = Self.perSide * Self.perSide
      for block in 0..<blocks { changes.append(try await asked.answer(without: [block])[code] - whole[code]) }
      let steps = DeletionTest.steps(of: blocks)
      func curve(_ order: [Int]) async throws -> DeletionTest.Curve {
        var probabilities: [Double] = []
        for step in steps { probabilities.append(try await asked.answer(without: Set(order.prefix(step)))[code]) }
        return DeletionTest.Curve(probabilities, steps: steps)
      }
      let own = try await curve(DeletionTest.order(of: changes))
      let centre = try await curve(DeletionTest.fromCentre(perSide: Self.perSide))
      var random: [DeletionTest.Curve] = []
      for number in 0..<DeletionTest.randomOrders {
        random.append(try await curve(DeletionTest.shuffled(blocks, number: number, of: image.digest)))
      }
      return AnswerMap(
        kind: kind, perSide: Self.perSide, code: code, probability: whole[code], changes: changes,
        deletion: DeletionTest(steps: steps, own: own, centre: centre, random: random), views: asked.views,
        prompts: asked.prompts, counts: asked.counts, name: name, image: image, readingProtocol: reader.readingProtocol)
    }
  }
}

/// Answers without sets of blocks, each asked for once.
private struct AskedBlocks {
  private let kind: MapKind
  private let reader: AuditReader
  private let control: PixelImage
  private let image: DecodedImage
  /// The control as the model gets it.
  private let prepared: PixelImage
  private let grid: ImageTokenGrid?
  private var answers: [Set<Int>: CodeProbabilities] = [:]
  private(set) var prompts = 0
  private(set) var counts = ExaminationCounts()

  var views: Int { answers.count }

  /// - Throws: `NoImageTokens` where tokens are to be blanked and the model has no grid of them.
  init(_ kind: MapKind, _ reader: AuditReader, _ subject: PerturbationSubject, _ image: DecodedImage) throws {
    self.kind = kind
    self.reader = reader
    self.image = image
    control = subject.control
    prepared = try reader.prepared(subject.control)
    grid = reader.model.imageTokenGrid
    if kind == .tokens, grid == nil { throw NoImageTokens() }
  }

  mutating func answer(without blocks: Set<Int>) async throws -> CodeProbabilities {
    if let known = answers[blocks] { return known }
    try Task.checkCancellation()
    let (model, perSide) = (reader.model, MapQuestion.perSide)
    let picture =
      kind == .occlusion ? try reader.prepared(try Occlusion.covered(control, blocks, perSide: perSide)) : prepared
    let tokens = kind == .tokens ? Set(blocks.flatMap { grid?.tokens(ofBlock: $0, perSide: perSide) ?? [] }) : []
    let asked = try await reader.asked(original: image.digest) {
      tokens.isEmpty ? try await model.encode(picture) : try await model.encode(picture, blanking: tokens)
    }
    prompts += asked.prompts
    counts += asked.counts
    answers[blocks] = asked.probabilities
    return asked.probabilities
  }
}

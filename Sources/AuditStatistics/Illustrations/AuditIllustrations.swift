import Dermoscopy
import Validation

/// What an audit's report draws besides its figures.
public struct AuditIllustrations: Sendable {
  /// The worst answers of each family, five at most.
  public let changes: [AnswerChange]
  /// The probability of melanoma for what was shown, from everything to nothing.
  public let views: [ViewProbability]
  /// Images whose pictures show what ``views`` means.
  public let examples: [ViewExample]
  /// What was concluded beside each word that was noted.
  public let words: [WordConclusion]

  /// P(MEL) when some of the picture is shown.
  public struct ViewProbability: Sendable, Hashable, Encodable {
    /// What was shown; `control` for the original.
    public var role: AuditRole
    /// The arm's name.
    public var arm: String
    /// How much.
    public var dose: Int
    /// Its mean over melanomas.
    public var melanomas: Estimate
    /// Its mean over the other lesions.
    public var others: Estimate
  }

  /// One image under the same arms.
  public struct ViewExample: Sendable, Hashable, Encodable {
    /// Why it was picked.
    public enum Choice: String, Sendable, Hashable, Encodable {
      /// The melanoma in the middle of all melanomas by P(MEL).
      case typicalMelanoma = "typical_melanoma"
      /// The other lesion in the middle of those.
      case typicalOther = "typical_other"
      /// The one with the highest P(MEL) after its lesion was painted over.
      case leastDependent = "least_dependent"
    }

    /// One of its pictures.
    public struct View: Sendable, Hashable, Encodable {
      /// What was shown.
      public var role: AuditRole
      /// The arm's name.
      public var arm: String
      /// How much.
      public var dose: Int
      /// P(MEL).
      public var melanoma: Double
    }

    /// The original's name.
    public var image: String
    /// The ground truth, as labels spell it.
    public var truth: String
    /// Why it was picked.
    public var choice: Choice
    /// The original first.
    public var views: [View]
  }

  /// What was concluded from the originals in which a word was noted.
  public struct WordConclusion: Sendable, Hashable, Encodable {
    /// The question.
    public var question: String
    /// One of its words.
    public var word: String
    /// Images.
    public var images: Int
    /// Mean probabilities in the order of `LesionCode.allCases`.
    public var probabilities: [Double]
  }

  /// Finds them. Intervals are from the same resamples as those of `AuditFigures`.
  public init(
    _ table: AuditTable, replicates: Int = AuditFigures.replicates, seed: UInt64 = AuditFigures.seed
  ) {
    let resampling = Cohort.Resampling(replicates: min(max(replicates, 2), 100_000), seed: seed)
    changes = WorstChanges(table: table).all
    let strip = LesionStrip(table: table)
    views = strip.views(resampling)
    examples = strip.examples
    words = Self.words(table)
  }

  /// Answers that hold several words count for each; questions by name, words by number of images.
  private static func words(_ table: AuditTable) -> [WordConclusion] {
    var sums: [String: [String: (images: Int, sum: SIMD4<Double>)]] = [:]
    for answer in table.control {
      guard let answer, let probabilities = answer.probabilities else { continue }
      for (question, words) in answer.words {
        for word in Set(words.split(separator: ",").map { AnswerFile.trimmed(String($0)) }) where !word.isEmpty {
          let old = sums[question]?[word] ?? (0, .zero)
          sums[question, default: [:]][word] = (old.images + 1, old.sum + probabilities)
        }
      }
    }
    return sums.sorted { $0.key < $1.key }.flatMap { question, words in
      words.sorted { ($1.value.images, $0.key) < ($0.value.images, $1.key) }.map { word, found in
        WordConclusion(
          question: question, word: word, images: found.images,
          probabilities: found.sum.indices.map { found.sum[$0] / Double(found.images) })
      }
    }
  }
}

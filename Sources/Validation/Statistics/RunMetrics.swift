import Dermoscopy

/// The metrics of a run, over all its images and by group; `docs/VALIDATION.md` documents the JSON.
public struct RunMetrics: Sendable, Hashable, Codable {
  /// How intervals were made.
  public struct Method: Sendable, Hashable, Codable {
    /// The share of intervals that should hold the truth.
    public var confidence = 0.95
    /// Of rates.
    public var rates = "wilson"
    /// Of everything else.
    public var others = "percentile bootstrap by lesion"
    /// Resamples.
    public var replicates: Int
    /// The seed of their random numbers.
    public var seed: UInt64
    /// What gave them.
    public var generator = "splitmix64"
  }

  /// How many images there are of each sort.
  public struct Counts: Sendable, Hashable, Codable {
    /// All distinct pictures that were judged.
    public var images: Int
    /// With a label.
    public var labelled: Int
    /// Without one.
    public var unlabelled: Int
    /// With a truth outside the four codes.
    public var otherTruths: Int
    /// Labelled, but without an answer.
    public var unanswered: Int
    /// Without usable probabilities.
    public var unscored: Int
    /// Names left out because their picture, file by file the same bytes, is counted under another name.
    public var repeats: Int

    enum CodingKeys: String, CodingKey {
      case images, labelled, unlabelled
      case otherTruths = "other_truths"
      case unanswered, unscored, repeats
    }
  }

  /// One value of a grouping, such as a site, with its figures.
  public struct Group: Sendable, Hashable, Codable {
    /// The value; `unknown` where the metadata have none.
    public var value: String
    /// Its figures.
    public var panel: MetricsPanel
  }

  /// A way to group images.
  public struct Grouping: Sendable, Hashable, Codable {
    /// `site`, `sex` or `age`.
    public var key: String
    /// The groups: ages from young to old, others by size.
    public var groups: [Group]
  }

  /// How often a flag occurred.
  public struct FlagCount: Sendable, Hashable, Codable {
    /// The flag.
    public var flag: QualityFlag
    /// Images that bear it.
    public var images: Int
  }

  /// How many.
  public var counts: Counts
  /// How intervals were made.
  public var method: Method
  /// Share of images without a flag, labelled or not.
  public var cleanRate: Estimate
  /// Flags that some image bears.
  public var flags: [FlagCount]
  /// All images.
  public var overall: MetricsPanel
  /// By site, sex and age band, where some image has the metadatum.
  public var groupings: [Grouping]
  /// What the ISIC challenge's program makes of the probabilities; `nil` where no image has any.
  public var challenge: ChallengeScore?

  enum CodingKeys: String, CodingKey {
    case counts, method
    case cleanRate = "clean_rate"
    case flags, overall, groupings, challenge
  }
}

extension RunMetrics {
  /// Resamples of the bootstrap by default.
  public static let replicates = 2000
  /// The bootstrap's seed by default.
  public static let seed: UInt64 = 20_180_701
  /// The clean rate that a run should reach.
  public static let targetCleanRate = 0.97

  /// Measures a run. The order of the examinations changes nothing.
  ///
  /// - Parameters:
  ///   - all: the run's, one an image; a picture that is there under several names is measured once.
  ///   - unread: images that could not be read, with what is known of them: only the challenge counts them.
  ///   - replicates: resamples of the bootstrap, 2 to 100,000; others are brought inside.
  ///   - seed: the seed of their random numbers.
  public static func compute(
    _ all: [Prediction], unread: [Prediction] = [],
    replicates: Int = RunMetrics.replicates, seed: UInt64 = RunMetrics.seed
  ) -> RunMetrics {
    let examinations = distinct(all)
    let resampling = Cohort.Resampling(replicates: min(max(replicates, 2), 100_000), seed: seed)
    let labelled = examinations.keeping { $0.truth != nil }
    return RunMetrics(
      counts: RunMetrics.Counts(
        images: examinations.count, labelled: labelled.count, unlabelled: examinations.count - labelled.count,
        otherTruths: labelled.count { $0.truthIndex == nil }, unanswered: labelled.count { $0.predicted == nil },
        unscored: examinations.count { $0.probabilities == nil }, repeats: all.count - examinations.count),
      method: RunMetrics.Method(replicates: resampling.replicates, seed: seed),
      cleanRate: Estimate(rate: examinations.count { $0.flags.isEmpty }, of: examinations.count),
      flags: QualityFlag.allCases.compactMap { flag in
        let images = examinations.count { $0.flags.contains(flag) }
        return images > 0 ? RunMetrics.FlagCount(flag: flag, images: images) : nil
      },
      overall: MetricsPanel(examinations, resampling),
      groupings: ExaminationGroups.groupings(labelled, resampling),
      // The challenge's own program knows names only, and counts each of them.
      challenge: ChallengeScore(all.keeping { $0.truth != nil }, unread: unread, resampling))
  }

  /// Each picture once, under the first of its names, one with a label if there is any: its other names are no further cases, and would narrow every interval.
  ///
  /// What was known of a lesion by another name stays: pictures of either name's lesion belong to one.
  static func distinct(_ examinations: [Prediction]) -> [Prediction] {
    guard Set(examinations.compactMap(\.picture)).count < examinations.count(where: { $0.picture != nil }) else {
      return examinations
    }
    let keys = ResamplingGroups(examinations).keys
    var seen: Set<String> = []
    // A name with a label goes first.
    let order = examinations.indices.sorted {
      let (one, other) = (examinations[$0], examinations[$1])
      return (one.truth == nil ? 1 : 0, one.image) < (other.truth == nil ? 1 : 0, other.image)
    }
    return order.compactMap { place in
      var one = examinations[place]
      if let picture = one.picture, !seen.insert(picture).inserted { return nil }
      if !keys[place].lesion.isEmpty { one.lesion = keys[place].lesion }
      return one
    }
  }
}

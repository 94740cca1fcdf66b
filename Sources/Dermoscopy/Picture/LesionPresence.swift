import VisionLanguage

/// Whether a prepared picture can show a lesion at all, judged by ``PictureStatistics``: the flag `no_lesion`.
///
/// It marks pictures of something else entirely; it does not look for a lesion. Plain skin, a close portrait or another
/// organ under a lens can pass. The answer never depends on it.
///
/// Each threshold lies outside what was measured on public dermoscopic images and on this program's phantoms;
/// `Interop/test_no_lesion.py` measures the false alarms, and docs/REPORT.md states them.
public enum LesionPresence {
  /// What a picture is instead.
  public enum Reason: String, Sendable, Hashable, Codable, CaseIterable {
    /// One color, or large areas of one color each: an empty picture, a drawing.
    case blank
    /// Noise: no shape larger than its grains.
    case noise
    /// Sharp small detail everywhere, like text on paper.
    case fineDetail = "fine_detail"
    /// No color.
    case colorless
    /// Parts that are greener than red, which skin never is.
    case green
    /// Large differences everywhere: a room, a crowd, a portrait with its surroundings.
    case busy
  }

  /// Least median difference between neighbouring cells, in levels.
  public static let leastMedianStep = 0.8
  /// Largest mean difference between neighbouring cells, in levels.
  public static let largestMeanStep = 18.5
  /// Largest roughness, a ratio.
  public static let largestRoughness = 0.85
  /// Least share of variance in the coarse layout.
  public static let leastCoarseShare = 0.045
  /// Largest fine detail, in levels.
  public static let largestFineDetail = 34.0
  /// Least colorfulness, in levels.
  public static let leastColorfulness = 12.0
  /// Least redness, in levels.
  public static let leastRedness = -22.0
  /// The range of contrast factors to which thresholds adapt.
  static let contrasts = 0.5...2.0
  /// The share of a contrast factor that affects differences of level; clipping at 0 and 255 takes the rest.
  static let arrivingContrast = 0.75

  /// Why a picture cannot show a lesion; empty if it can.
  ///
  /// - Parameters:
  ///   - statistics: the prepared picture's.
  ///   - preparation: the protocol's. Its contrast multiplies differences in level, so it multiplies thresholds of them.
  public static func objections(
    to statistics: PictureStatistics, preparedAs preparation: ImagePreparation
  ) -> [Reason] {
    var contrast = 1.0
    if case .resize(_, _, let factor) = preparation {
      contrast = 1 + arrivingContrast * (min(max(factor, contrasts.lowerBound), contrasts.upperBound) - 1)
    }
    return Reason.allCases.filter { reason in
      switch reason {
      case .blank: statistics.medianStep < leastMedianStep * contrast
      case .noise: statistics.coarseShare < leastCoarseShare || statistics.roughness > largestRoughness
      case .fineDetail: statistics.fineDetail > largestFineDetail * contrast
      case .colorless: statistics.colorfulness < leastColorfulness * contrast
      case .green: statistics.leastRedness < leastRedness * contrast
      case .busy: statistics.meanStep > largestMeanStep * contrast
      }
    }
  }

  /// Why a prepared picture cannot show a lesion; empty if it can, and for a picture that is too small to be checked.
  public static func objections(to image: PixelImage, preparedAs preparation: ImagePreparation) -> [Reason] {
    PictureStatistics(of: image).map { objections(to: $0, preparedAs: preparation) } ?? []
  }
}

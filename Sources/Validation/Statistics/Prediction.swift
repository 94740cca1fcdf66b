import Dermoscopy
import Foundation

/// What the metrics need of one examination: a small record, so that ten thousand take a few megabytes.
public struct Prediction: Sendable, Hashable {
  /// The ground truth of the lesion.
  public enum Truth: Sendable, Hashable {
    /// One of the four codes.
    case code(LesionCode)
    /// A code that is never predicted, upper case: AKIEC, DF, VASC.
    case other(String)

    /// The truth that a label's code means; surrounding spaces and case are ignored.
    public init(_ code: String) {
      let code = code.trimmingCharacters(in: .whitespacesAndNewlines).uppercased()
      self = LesionCode(rawValue: code).map(Truth.code) ?? .other(code)
    }

    /// The code as labels spell it, upper case.
    public var name: String {
      switch self {
      case .code(let code): code.rawValue
      case .other(let name): name
      }
    }
  }

  /// The image's name, unique in its run.
  public var image: String
  /// The ground truth; `nil` without a label.
  public var truth: Truth?
  /// The code that the examination ended in; `nil` where there was no Phase 3.
  public var predicted: LesionCode?
  /// The codes' probabilities in the order of `LesionCode.allCases`; `nil` where none were scored.
  public private(set) var probabilities: SIMD4<Double>?
  /// What is wrong with the outputs; clean when empty.
  public var flags: [QualityFlag]
  /// The lesion that the image shows; an image without one counts as a separate lesion.
  public var lesion: String?
  /// SHA-256 of the image's file, hexadecimal: several names of one picture are no independent cases; `nil` where there is
  /// none.
  public var picture: String?
  /// Where the lesion was, in the labels' words.
  public var site: String?
  /// The patient's sex, in the labels' words.
  public var sex: String?
  /// The patient's age in years.
  public var age: Int?

  /// An examination, judged by its ground truth.
  ///
  /// - Parameters:
  ///   - image: its name, unique in its run.
  ///   - truth: the ground truth; `nil` without a label.
  ///   - predicted: the code that the examination ended in; `nil` where there was no Phase 3.
  ///   - probabilities: four numbers from 0 to 1 in the order of `LesionCode.allCases`. Anything else is taken for no
  ///     probabilities at all, and counts as such.
  ///   - flags: what is wrong with the outputs.
  ///   - lesion: the lesion that the image shows; `nil` for one of its own.
  ///   - picture: SHA-256 of its file, hexadecimal; `nil` where there is none.
  ///   - site: where it was, in the labels' words.
  ///   - sex: the patient's, in the labels' words.
  ///   - age: the patient's, in years.
  public init(
    image: String, truth: Truth?, predicted: LesionCode?, probabilities: [Double]? = nil, flags: [QualityFlag] = [],
    lesion: String? = nil, picture: String? = nil, site: String? = nil, sex: String? = nil, age: Int? = nil
  ) {
    self.image = image
    self.truth = truth
    self.predicted = predicted
    if let probabilities, probabilities.count == LesionCode.allCases.count,
      probabilities.allSatisfy({ (0...1).contains($0) })
    {
      self.probabilities = SIMD4(probabilities)
    }
    self.flags = flags
    self.lesion = lesion.flatMap(Self.known)
    self.picture = picture.flatMap(Self.known)
    self.site = site.flatMap(Self.known)?.lowercased()
    self.sex = sex.flatMap(Self.known)?.lowercased()
    self.age = age.flatMap { (0...150).contains($0) ? $0 : nil }
  }

  /// An examination's report, judged by its own ground truth.
  public init(
    _ report: ExaminationReport, lesion: String? = nil, site: String? = nil, sex: String? = nil, age: Int? = nil
  ) {
    self.init(
      image: report.image.name, truth: report.groundTruth.map { Truth($0.code) }, predicted: report.diagnosis?.code,
      probabilities: report.diagnosis?.probabilities.map { known in LesionCode.allCases.map { known[$0] } },
      flags: report.flags,
      lesion: lesion, picture: report.image.sha256, site: site, sex: sex, age: age)
  }

  /// What is known of an image that could not be read.
  init(unread entry: Sample) {
    self.init(
      image: entry.name, truth: entry.truth.map { Truth($0.code) }, predicted: nil, lesion: entry.metadata.lesion,
      picture: entry.digest)
  }

  /// The place of the truth among the four codes; `nil` for another truth or none.
  var truthIndex: Int? {
    guard case .code(let code)? = truth else { return nil }
    return LesionCode.allCases.firstIndex(of: code)
  }

  private static func known(_ text: String) -> String? {
    let text = text.trimmingCharacters(in: .whitespacesAndNewlines)
    return text.isEmpty || text.lowercased() == "unknown" ? nil : text
  }
}

extension [Prediction] {
  /// Those that satisfy a condition, in their order. Where all do it is this array and no copy: 400,000 examinations take some
  /// 90 MB.
  func keeping(_ isKept: (Prediction) -> Bool) -> [Prediction] { allSatisfy(isKept) ? self : filter(isKept) }
}

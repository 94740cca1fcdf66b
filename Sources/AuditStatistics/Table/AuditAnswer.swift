import Dermoscopy
import Foundation
import Validation

/// One answer of an audit: one image under one arm.
///
/// An audit has some millions of them. They lie on the disk (``AnswerSpool``), and what many have in common is in memory once.
public struct AuditAnswer: Sendable, Hashable {
  // Stored in this order, an answer takes 128 bytes.
  /// The codes' probabilities in the order of `LesionCode.allCases`.
  public private(set) var probabilities: SIMD4<Double>?
  /// What the arm is for.
  public var role: AuditRole
  /// The code that the examination ended in.
  public var code: LesionCode?
  /// The code that the arm pushes towards: of a printed word, an opinion, another lesion's notes.
  public var target: LesionCode?
  /// Whether the answer names a structure; `nil` where it was not asked.
  public var namesStructure: Bool?
  /// Whether the review objects to the notes; `nil` where there was none.
  public var isFlagged: Bool?
  private(set) var original: Shared<Original>
  private var before: Shared<SIMD4<Double>>?
  /// The arm's name; empty for the control.
  public var arm: String
  /// The question whose word the arm changes.
  public var attribute: String?
  /// Canonical words by question.
  public var words: [String: String] = [:]
  /// How much: a severity, a size, a number; 0 where there is one dose only.
  public var dose: Int
  /// The seed of the answer, where it is known.
  public var seed: UInt64?

  /// What the answer says of the picture that it is about.
  struct Original: Sendable, Hashable {
    var image: String
    var truth: Prediction.Truth?
    var lesion: String?
    var picture: String?
    var group: String?
    var skin: SkinLightness?
  }

  /// A value that several answers may have in common.
  final class Shared<Value: Sendable & Hashable>: Sendable, Hashable {
    let value: Value
    init(_ value: Value) { self.value = value }
    static func == (one: Shared, other: Shared) -> Bool { one === other || one.value == other.value }
    func hash(into hasher: inout Hasher) { hasher.combine(value) }
  }

  /// An answer.
  ///
  /// - Parameters:
  ///   - image: the original's name.
  ///   - role: what the arm is for.
  ///   - arm: its name.
  ///   - dose: how much.
  ///   - seed: of the answer.
  ///   - truth: of the original.
  ///   - code: that the examination ended in.
  ///   - probabilities: four numbers from 0 to 1 that sum to 1 (within 0.01); anything else counts as none.
  public init(
    image: String, role: AuditRole, arm: String = "", dose: Int = 0, seed: UInt64? = nil,
    truth: Prediction.Truth? = nil, code: LesionCode? = nil, probabilities: [Double]? = nil
  ) {
    original = Shared(Original(image: image, truth: truth))
    self.role = role
    self.arm = arm
    self.dose = dose
    self.seed = seed
    self.code = code
    if let probabilities, Self.areUsable(probabilities) { self.probabilities = SIMD4(probabilities) }
  }

  /// An answer that was one before.
  init(
    _ original: Shared<Original>, role: AuditRole, arm: String, dose: Int, probabilities: SIMD4<Double>?,
    raw: SIMD4<Double>?
  ) {
    (self.original, self.role, self.arm, self.dose, self.probabilities) = (original, role, arm, dose, probabilities)
    before = raw.map { Shared($0) }
  }

  /// The same before the model's calibration; `nil` where nothing says so, as for a model without a calibration.
  public var raw: SIMD4<Double>? { before?.value }

  /// Says what the probabilities were before the model's calibration; anything but four usable numbers counts as nothing.
  public mutating func setRaw(_ probabilities: [Double]?) {
    before = probabilities.flatMap { Self.areUsable($0) ? Shared(SIMD4($0)) : nil }
  }

  /// The answer with its raw probabilities in the place of the calibrated ones; `nil` without raw ones.
  var uncalibrated: AuditAnswer? {
    guard let raw else { return nil }
    var answer = self
    answer.probabilities = raw
    return answer
  }

  /// How far the sum of four probabilities may be from 1: they are written with six decimals or fewer.
  static let sumTolerance = 0.01

  static func areUsable(_ probabilities: [Double]) -> Bool {
    probabilities.count == LesionCode.allCases.count && probabilities.allSatisfy { (0...1).contains($0) }
      && abs(probabilities.reduce(0, +) - 1) <= sumTolerance
  }

  /// The place of the most probable code, of equal ones the first in the order of `LesionCode.allCases`; without
  /// probabilities that of `code`; -1 without either.
  ///
  /// Arms are compared by this, because a sampled code changes with the seed.
  public var verdict: Int {
    guard let probabilities else { return code.flatMap { LesionCode.allCases.firstIndex(of: $0) } ?? -1 }
    return (1..<LesionCode.allCases.count).reduce(0) { probabilities[$1] > probabilities[$0] ? $1 : $0 }
  }

  /// The highest probability.
  var confidence: Double? { probabilities?.max() }

  /// The highest probability less the second; `nil` without probabilities.
  public var margin: Double? {
    guard let probabilities else { return nil }
    let sorted = probabilities.indices.map { probabilities[$0] }.sorted(by: >)
    return sorted[0] - sorted[1]
  }

  /// The probability of a code.
  func probability(of code: LesionCode) -> Double? {
    LesionCode.allCases.firstIndex(of: code).flatMap { place in probabilities.map { $0[place] } }
  }
}

extension AuditAnswer {
  /// The original image's name.
  public var image: String {
    get { original.value.image }
    set { change { $0.image = newValue } }
  }

  /// The ground truth of the original.
  public var truth: Prediction.Truth? {
    get { original.value.truth }
    set { change { $0.truth = newValue } }
  }

  /// The lesion; an image without one counts as a separate lesion.
  public var lesion: String? {
    get { original.value.lesion }
    set { change { $0.lesion = newValue } }
  }

  /// SHA-256 of the original's file, hexadecimal.
  public var picture: String? {
    get { original.value.picture }
    set { change { $0.picture = newValue } }
  }

  /// The group that the image belongs to, such as a skin type.
  public var group: String? {
    get { original.value.group }
    set { change { $0.group = newValue } }
  }

  /// The skin around the lesion, where it was measured.
  public var skin: SkinLightness? {
    get { original.value.skin }
    set { change { $0.skin = newValue } }
  }

  private mutating func change(_ set: (inout Original) -> Void) {
    var changed = original.value
    set(&changed)
    original = Shared(changed)
  }
}

extension LesionCode {
  /// The place among the four.
  var place: Int { Self.allCases.firstIndex(of: self) ?? 0 }
}

import Dermoscopy
import Foundation

/// A search for examinations; all conditions that are set must hold.
public struct RecordQuery: Sendable, Hashable {
  /// A part of the image's name; the case of ASCII letters is ignored.
  public var imageName: String?
  /// The first digits of the image file's SHA-256.
  public var imageDigest: String?
  /// The code.
  public var code: LesionCode?
  /// Whether the code is the true one; examinations without code or truth are neither.
  public var agrees: Bool?
  /// A flag that it has.
  public var flag: QualityFlag?
  /// Whether it is without any flag.
  public var isClean: Bool?
  /// Whether it failed.
  public var isFailure: Bool?
  /// The protocol's id, or the first digits of its digest.
  public var readingProtocol: String?
  /// The model's name, or the first digits of its weights' SHA-256.
  public var weights: String?
  /// The run.
  public var run: RecordID?
  /// It ended then or later.
  public var from: Date?
  /// It ended before then.
  public var to: Date?
  /// A part of the cleaned description; the case of ASCII letters is ignored.
  public var text: String?

  /// All examinations.
  public init() {}

  /// All examinations of a run.
  public init(run: RecordID) { self.run = run }
}

/// Counts of examinations by kind.
public struct RecordCounts: Sendable, Hashable {
  /// All of them.
  public var examinations = 0
  /// Those that failed.
  public var failures = 0
  /// Those that did not fail and have no flag.
  public var clean = 0
  /// Those with each code; codes that none has are left out.
  public var codes: [LesionCode: Int] = [:]
  /// Those with each flag; flags that none has are left out.
  public var flags: [QualityFlag: Int] = [:]

  /// No examinations.
  public init() {}
}

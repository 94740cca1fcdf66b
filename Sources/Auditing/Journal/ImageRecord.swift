import Dermoscopy
import Faults

/// What an audit found out of one image.
struct ImageRecord: Codable, Sendable, Hashable {
  /// Its place in the sample, from 0.
  var position: Int
  /// Its name.
  var image: String
  /// Rows of `audit.csv`, in the arms' order, without their ends.
  var rows: [String] = []
  /// The control's notes and description, for arms that give them to another image; `nil` if the image was not read.
  var control: Control?
  /// Arms that could not be asked of this image.
  var failures: [Failure] = []
  /// Why the image could not be read.
  var failed: Unread?
  /// Structural similarity of prepared pictures to the control, by arm and dose.
  var similarities: [String: Double] = [:]
  /// What was computed.
  var work = AuditWork()

  /// What another image's arms need of a control.
  struct Control: Codable, Sendable, Hashable {
    var lesion: String
    var notes: [String: String]
    var description: String?
    var probabilities: [Double]?
    var code: String?
    var verdict: Int
  }

  /// Why an image could not be read.
  struct Unread: Codable, Sendable, Hashable {
    var status: Int32
    var message: String
  }

  /// An arm that could not be asked.
  struct Failure: Codable, Sendable, Hashable {
    var arm: String
    var reason: String
  }
}

/// What arms between images found out of one image.
struct PairRecord: Codable, Sendable, Hashable {
  /// The image's place.
  var position: Int
  /// Rows of `audit.csv`.
  var rows: [String]
  /// What was computed.
  var work: AuditWork
}

/// What was computed for an audit.
public struct AuditWork: Codable, Sendable, Hashable {
  /// Examinations.
  public var examinations = 0
  /// Prompts.
  public var prompts = 0
  /// Pictures that went through the projector.
  public var encodes = 0
  /// Encodes of the controls' pictures alone.
  public var controlEncodes = 0
  /// Tokens of prompts that were decoded.
  public var promptTokens = 0
  /// Tokens that were written.
  public var generatedTokens = 0

  /// No work.
  public init() {}

  mutating func add(_ counts: ExaminationCounts, prompts: Int) {
    self.prompts += prompts
    promptTokens += counts.promptTokens
    generatedTokens += counts.generatedTokens
  }

  /// Adds another image's.
  public static func += (left: inout AuditWork, right: AuditWork) {
    left.examinations += right.examinations
    left.prompts += right.prompts
    left.encodes += right.encodes
    left.controlEncodes += right.controlEncodes
    left.promptTokens += right.promptTokens
    left.generatedTokens += right.generatedTokens
  }

  enum CodingKeys: String, CodingKey {
    case examinations, prompts, encodes
    case controlEncodes = "control_encodes"
    case promptTokens = "prompt_tokens"
    case generatedTokens = "generated_tokens"
  }
}

import Dermoscopy
import Perturbations

/// What an audit will do: which arms, in which doses, on how many images, at what cost.
public struct AuditPlan: Sendable {
  /// An arm and what becomes of it.
  public struct Entry: Sendable, Hashable {
    /// The arm with all its doses.
    public var arm: AuditArm
    /// Doses that are asked.
    public var doses: [Int]
    /// Doses that are not, by reason.
    public var reasons: [String: [Int]]
    /// What its doses cost, over all images.
    public var cost: ArmCost
  }

  /// Every arm, in the documents' order, those that are left out too.
  public let entries: [Entry]
  /// Images that are read.
  public let images: Int
  /// Images that there are.
  public let available: Int
  /// Prompts of one examination.
  public let promptsPerExamination: Int
  /// Measured on this machine; `nil` if it was not.
  public let timing: AuditTiming?
  /// Who asked for fewer doses; `nil` if all are asked.
  public let quickReason: String?
  /// What the reasons of arms begin with that a model or a protocol does not support.
  static let notApplicable = "not applicable"
  /// SHA-256 of each arm's document, by the arm's name.
  var digests: [String: String] = [:]

  /// Which doses are asked.
  enum Extent: Sendable, Hashable {
    /// All.
    case full
    /// Those of a quick audit; the reason says who asked for fewer.
    case quick(reason: String)
  }

  init(
    _ arms: [AuditArm], extent: Extent, suitability: ArmSuitability, images: Int, available: Int, timing: AuditTiming?
  ) {
    let readingProtocol = suitability.readingProtocol
    promptsPerExamination = readingProtocol.questions.count + (readingProtocol.review == nil ? 1 : 2)
    self.images = images
    self.available = available
    self.timing = timing
    if case .quick(let reason) = extent { quickReason = reason } else { quickReason = nil }
    var made: Set<Picture> = []
    entries = arms.map { arm in
      var entry = Entry(arm: arm, doses: [], reasons: [:], cost: ArmCost())
      for dose in arm.doses {
        if let objection = suitability.objection(to: dose.change, of: arm) {
          entry.leaveOut(dose.number, "\(Self.notApplicable): \(objection)")
        } else if case .quick(let reason) = extent, !arm.quickDoses.contains(dose.number) {
          entry.leaveOut(dose.number, reason)
        } else {
          entry.doses.append(dose.number)
          var isRepeated = false
          if case .picture(let change) = dose.change {
            isRepeated = !made.insert(Picture(change: change, seed: arm.seed)).inserted
          }
          entry.cost +=
            suitability.cost(of: ArmCost.Change(change: dose.change, isRepeated: isRepeated))
            * suitability.images(of: dose.change, among: images)
        }
      }
      return entry
    }
  }

  private struct Picture: Hashable {
    var change: PictureChange
    var seed: UInt64
  }

  /// The arms with the doses that are asked.
  public var arms: [AuditArm] {
    entries.compactMap { entry in entry.arm.keeping { entry.doses.contains($0.number) } }
  }

  /// The controls' cost.
  public var control: ArmCost { ArmCost(pictures: images) }

  /// All cost.
  public var cost: ArmCost {
    entries.reduce(into: control) { $0 += $1.cost }
  }

  /// The time that it will take, in seconds; `nil` if nothing was measured.
  public var seconds: Double? { timing.map { $0.seconds(cost) } }
}

extension AuditPlan.Entry {
  /// Leaves a dose out.
  fileprivate mutating func leaveOut(_ dose: Int, _ reason: String) {
    reasons[reason, default: []].append(dose)
  }

  /// Why doses are not asked, one sentence each.
  public var leftOut: [String] {
    reasons.sorted { ($0.value.first ?? 0, $0.key) < ($1.value.first ?? 0, $1.key) }.map { reason, doses in
      guard doses.count < arm.doses.count else { return reason }
      return "\(doses.count == 1 ? "dose" : "doses") \(doses.map(String.init).joined(separator: ", ")): \(reason)"
    }
  }
}

import AtomicFiles
import Dermoscopy
import Foundation
import Imaging
import Perturbations
import VisionLanguage

/// Writes what arms make of one picture, for people to look at and for other programs to compare.
public struct ArmPictures: Sendable {
  /// The picture's file.
  public var path: String
  /// A mask of its lesion; `nil` to look for the lesion.
  public var mask: String?
  /// The arms; those that leave the picture as it is are skipped.
  public var arms: ArmSelection
  /// The code that printed words answer to.
  public var code: LesionCode
  /// Pixels of the short side; `nil` for that of an audit.
  public var shortSide: Int?

  /// Pictures of arms.
  public init(of path: String, arms: ArmSelection, code: LesionCode = .melanoma) {
    self.path = path
    self.arms = arms
    self.code = code
  }

  /// Writes `control.png` and `ROLE-ARM-DOSE.png` for each arm and dose that changes the picture.
  ///
  /// - Parameters:
  ///   - folder: where they go; made unless it is there.
  ///   - told: told of each file, and of an arm that cannot be asked of this picture.
  /// - Throws: an `ImageFault` or a `PerturbationFault` for a picture or mask that cannot be used; `UnwritableFile`.
  public func write(into folder: String, told: (_ file: String?, _ objection: String?) throws -> Void) throws {
    let original = try ImageDecoder.decode(fileAt: path).image
    let mask = try mask.map { try ImageDecoder.decode(fileAt: $0).image }
    let size = shortSide.map { WorkingSize(shortSide: $0, grid: WorkingSize.standard.grid) } ?? .standard
    let subject = try PerturbationSubject(original: original, size: size, mask: mask)
    try Folder.make(folder)
    func write(_ picture: PixelImage, _ name: String) throws {
      try AtomicFile.write(try ImageEncoder.png(picture), to: "\(folder)/\(name)")
      try told(name, nil)
    }
    try write(subject.control, "control.png")
    for arm in arms.arms {
      for dose in arm.doses {
        try Task.checkCancellation()
        do {
          guard let picture = try changed(dose.change, arm, subject) else { continue }
          try write(picture, "\(arm.role.rawValue)-\(arm.name)-\(dose.number).png")
        } catch let fault as PerturbationFault where fault.kind == .unusableInput {
          try told(nil, "\(arm.name): \(fault)")
        }
      }
    }
  }

  private func changed(
    _ change: ArmChange, _ arm: AuditArm, _ subject: PerturbationSubject
  ) throws(PerturbationFault) -> PixelImage? {
    switch change {
    case .picture(let change): return try subject.changed(by: change, seed: arm.seed)
    case .print(let texts, let height):
      guard let text = texts[code] else { return nil }
      return try subject.changed(by: .printedWord(.same(text.text), height: height), seed: arm.seed)
    default: return nil
    }
  }
}

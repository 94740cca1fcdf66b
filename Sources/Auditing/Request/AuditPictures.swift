import AuditReporting
import AuditStatistics
import Dermoscopy
import Imaging
import Perturbations
import Validation
import VisionLanguage

/// The pictures that a report shows: originals, and what arms made of them, painted again.
struct AuditPictures: Sendable {
  let reader: AuditReader
  let samples: [Sample]
  let journal: AuditJournal

  /// A picture as a small JPEG; `nil` for one that cannot be made.
  func jpeg(_ picture: AuditPicture) -> [UInt8]? {
    guard let sample = samples.first(where: { $0.name == picture.image }), case .file(let path) = sample.source,
      let decoded = try? ImageDecoder.decode(fileAt: path, dicom: reader.dicom)
    else { return nil }
    if picture.role == .control { return Thumbnail.jpeg(of: decoded.image, side: AuditReport.pictureSide) }
    guard let arm = reader.arms.first(where: { $0.role == picture.role && $0.name == picture.arm }),
      let dose = arm.doses.first(where: { $0.number == picture.dose }),
      let changed = try? changed(dose.change, arm, sample, decoded)
    else { return nil }
    return Thumbnail.jpeg(of: changed, side: AuditReport.pictureSide)
  }

  private func changed(
    _ change: ArmChange, _ arm: AuditArm, _ sample: Sample, _ decoded: DecodedImage
  ) throws -> PixelImage? {
    let subject = try PerturbationSubject(original: decoded.image, mask: try reader.masks?.mask(of: sample.name))
    switch change {
    case .picture(let change): return try subject.changed(by: change, seed: arm.seed)
    case .print(let texts, let height):
      guard let verdict = try journal.image(sample.position)?.control?.verdict,
        LesionCode.allCases.indices.contains(verdict), let text = texts[LesionCode.allCases[verdict]]
      else { return nil }
      return try subject.changed(by: .printedWord(.same(text.text), height: height), seed: arm.seed)
    case .toggledPhantom(let question): return KnownPhantom(decoded.image, named: sample.name)?.toggled(question)
    default: return nil
    }
  }
}

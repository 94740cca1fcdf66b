import AuditStatistics
import DICOM
import Dermoscopy
import Digests
import Faults
import Imaging
import Perturbations
import Validation
import VisionLanguage

/// Reads images with all arms of an audit.
struct AuditReader: Sendable {
  let model: any VisionLanguageModel
  let readingProtocol: ReadingProtocol
  let arms: [AuditArm]
  let seed: UInt64
  var masks: MaskFolder?
  var trueWords: TrueWords?
  var dicom = DICOMOptions()
  /// Told after each piece of work.
  var stepped: @Sendable () throws -> Void = {}

  /// Images, the first ones, of which changed pictures are compared with the control's (SSIM).
  static let compared = 25

  /// All answers about one image.
  ///
  /// - Throws: faults that concern all images, and `CancellationError`; an unreadable image gives a record that says so.
  func record(of sample: Sample) async throws -> ImageRecord {
    do {
      guard case .file(let path) = sample.source else { throw ChangedSample(name: sample.name) }
      try Task.checkCancellation()
      let decoded = try ImageDecoder.decode(fileAt: path, dicom: dicom)
      guard decoded.digest.hexadecimal == sample.digest else { throw ChangedSample(name: sample.name) }
      let mask = try masks?.mask(of: sample.name)
      let subject = try PerturbationSubject(original: decoded.image, mask: mask)
      var run = try ImageRun(self, sample, subject, original: decoded)
      try await run.all()
      return run.finished()
    } catch let fault as any Fault where fault.failsAlone {
      return ImageRecord(
        position: sample.position, image: sample.name,
        failed: .init(status: fault.kind.exitStatus, message: fault.description))
    }
  }

  /// A picture as the model gets it.
  func prepared(_ picture: PixelImage) throws -> PixelImage {
    guard let side = model.imageSide else { throw NoProjector() }
    return try ImagePreparer.prepare(picture, as: readingProtocol.preparation, nativeSide: side)
  }

  /// The probe for an original, with the audit's seed or a later one.
  func probe(_ original: SHA256Digest, seedOffset: UInt64 = 0) -> ExaminationProbe {
    ExaminationProbe(model, readingProtocol: readingProtocol, seed: seed &+ seedOffset, original: original)
  }
}

/// An image that has changed since the audit began.
struct ChangedSample: Fault {
  var name: String
  var kind: FaultKind { .unusableInput }
  var description: String { "\(name): the file changed while the audit was under way" }
}

/// Weights without a projector, which cannot see.
struct NoProjector: Fault {
  var kind: FaultKind { .unusableWeights }
  var description: String { "an audit needs a model that sees: give the projector with --mmproj" }
}

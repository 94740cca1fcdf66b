import DICOM
import Dermoscopy
import Imaging
import VisionLanguage

/// A request to prepare images as a model would see them, or to judge whether they can show a lesion: what `prepare` does.
/// No model is needed.
public struct PreparationRequest: Sendable {
  /// How images are prepared.
  public var readingProtocol: ReadingProtocol
  /// The side of the projector's input in pixels, for protocols that resize to it.
  public var side: Int
  /// What is wanted of DICOM files.
  public var dicom: DICOMOptions

  /// A request.
  public init(readingProtocol: ReadingProtocol, side: Int, dicom: DICOMOptions = DICOMOptions()) {
    self.readingProtocol = readingProtocol
    self.side = side
    self.dicom = dicom
  }

  /// The image in a file, prepared.
  ///
  /// - Throws: `ImageFault`.
  public func prepared(fileAt path: String) throws(ImageFault) -> PixelImage {
    let decoded = try ImageDecoder.decode(fileAt: path, dicom: dicom)
    return try ImagePreparer.prepare(decoded.image, as: readingProtocol.preparation, nativeSide: side)
  }

  /// Judges whether the image in a file can show a lesion.
  ///
  /// - Throws: `ImageFault`.
  public func presence(inFileAt path: String) throws(ImageFault) -> LesionPresenceResult {
    LesionPresenceResult(image: path, of: try prepared(fileAt: path), preparedAs: readingProtocol.preparation)
  }
}

/// Whether an image can show a lesion; in JSON, a line of `prepare --check`.
public struct LesionPresenceResult: Sendable, Encodable {
  /// The image's path.
  public let image: String
  /// The measurements; `nil` for a picture that is too small to be checked.
  public let statistics: PictureStatistics?
  /// What the picture is instead of a lesion's.
  public let reasons: [LesionPresence.Reason]
  /// The flags that the picture would have.
  public let flags: [QualityFlag]

  init(image: String, of picture: PixelImage, preparedAs preparation: ImagePreparation) {
    self.image = image
    statistics = PictureStatistics(of: picture)
    reasons = statistics.map { LesionPresence.objections(to: $0, preparedAs: preparation) } ?? []
    flags = reasons.isEmpty ? [] : [.noLesion]
  }
}

import Digests
import Dermoscopy
import VisionLanguage

/// One examination of the benchmark: the domain's own, over an image that nobody has to have.
enum Examination {
  /// A picture of noise; another for every number.
  static func image(_ number: Int, side: Int) throws -> PixelImage {
    var state = UInt64(number) &* 0x9E37_79B9_7F4A_7C15 &+ 1
    let pixels = (0..<side * side * 3).map { _ -> UInt8 in
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return UInt8(truncatingIfNeeded: state >> 56)
    }
    return try PixelImage(width: side, height: side, pixels: pixels)
  }

  /// Examines an image whose answers are taken for the fixed ones.
  static func examine(
    _ image: PixelImage, with model: some VisionLanguageModel, by readingProtocol: ReadingProtocol
  ) async throws -> ExaminationReport {
    let subject = ExaminationSubject(name: "noise", digest: image.digest, width: image.width, height: image.height)
    return try await Examiner(model: model, readingProtocol: readingProtocol).examine(
      image, subject: subject, seed: 1, log: ExaminationLog())
  }
}

import AtomicFiles
import DICOM
import Dermoscopy
import Imaging
import LlamaEngine
import Reading

/// A map of one picture, as a command line asks for it.
public struct MapRequest: Sendable {
  /// The picture's file.
  public var path: String
  /// What is taken away.
  public var kind: MapKind
  /// How the picture is read.
  public var readingProtocol: ReadingProtocol
  /// The seed of what is drawn.
  public var seed: UInt64 = 0
  /// The model; `nil` for the default one.
  public var model: ModelSource?
  /// Processors to use.
  public var threads: Int?
  /// Where to compute.
  public var device = ComputeDevice.automatic
  /// What is wanted of DICOM files.
  public var dicom = DICOMOptions()
  /// Where the map is drawn over its picture, a PNG, if it says enough to be drawn (``AnswerMap/isDrawn``).
  public var drawing: String?

  /// A map of a picture.
  public init(of path: String, kind: MapKind, readingProtocol: ReadingProtocol) {
    self.path = path
    self.kind = kind
    self.readingProtocol = readingProtocol
  }

  /// Asks for the map.
  ///
  /// - Throws: an `ImageFault`, a ``QuestionFault``; a `Fault` for weights that are missing or broken; `UnwritableFile`.
  public func run() async throws -> AnswerMap {
    let image = try ImageDecoder.decode(fileAt: path, dicom: dicom)
    let reader = try await Reader.open(
      try model ?? .files(.chosen(weights: nil, projector: nil)), readingProtocol: readingProtocol, threads: threads,
      device: device, dicom: dicom)
    do {
      let map = try await MapQuestion(reader.examiner.model, readingProtocol: readingProtocol, seed: seed)
        .map(kind, of: image, name: path)
      await reader.close()
      if let drawing, map.isDrawn {
        try AtomicFile.write(try ImageEncoder.png(try MapPicture.drawn(map)), to: drawing)
      }
      return map
    } catch {
      await reader.close()
      throw error
    }
  }
}

import Foundation
import TextOutput

/// A text model and a projector that match.
public struct WeightsPair: Sendable {
  /// The text model.
  public let text: TextWeights
  /// The projector.
  public let projector: ProjectorWeights

  /// Pairs two checked files.
  ///
  /// - Throws: `WeightsFault` when they are of different families, when the projector's embeddings are not as wide as the text model's, when the vocabulary
  ///   lacks the pieces that stand around an image, or when an image does not fit the context.
  public init(text: TextWeights, projector: ProjectorWeights) throws(WeightsFault) {
    self.text = text
    self.projector = projector
    let other = URL(fileURLWithPath: text.path).lastPathComponent
    func fault(_ reason: String) -> WeightsFault { WeightsFault(path: projector.path, reason: reason) }
    guard projector.family.projectorType == text.family.projectorType else {
      throw fault("is a projector of \(projector.family.name), but \(other) is a model of \(text.family.name)")
    }
    guard projector.projectionLength == text.embeddingLength else {
      throw fault(
        "projects to a width of \(grouped(projector.projectionLength)), but \(other) has the width "
          + "\(grouped(text.embeddingLength)); the two belong to different models")
    }
    for marker in text.family.chat.imageMarkers where !text.vocabulary.has(marker) {
      throw fault("cannot be used with \(other), whose vocabulary has no piece \(quoted(marker))")
    }
    guard projector.tokensPerImage < text.contextLength else {
      throw fault(
        "turns an image into \(grouped(projector.tokensPerImage)) tokens, which do not fit the context of "
          + "\(grouped(text.contextLength)) tokens that \(other) has")
    }
  }

  /// Opens, checks and puts together two files.
  ///
  /// - Throws: ``WeightsFault`` as ``TextWeights``, ``ProjectorWeights`` and ``init(text:projector:)`` do.
  public init(textPath: String, projectorPath: String) throws(WeightsFault) {
    try self.init(text: TextWeights(path: textPath), projector: ProjectorWeights(path: projectorPath))
  }
}

import Faults
import Foundation
import LlamaEngine
import VisionLanguage

/// Where the weights are.
public struct ModelLocation: Sendable, Hashable {
  /// The text model's GGUF file.
  public var weights: String
  /// The projector's GGUF file.
  public var projector: String
  /// Whether this is the small model that comes with the program.
  public var isEmbedded: Bool
  /// LoRA adapters that change the text model.
  public var adapters: [EngineConfiguration.AdapterChoice] = []
  /// The arithmetic of an image's encoder.
  public var precision = ImagePrecision.f32

  /// A location.
  public init(weights: String, projector: String, isEmbedded: Bool = false) {
    self.weights = weights
    self.projector = projector
    self.isEmbedded = isEmbedded
  }

  /// The name of the model that comes with the program, which is also its folder's.
  public static let embeddedName = "dermgemma-small"

  /// MedGemma where the seed keeps it, below the current folder.
  public static let medGemma = ModelLocation(
    weights: "models/medgemma.gguf", projector: "models/medgemma-mmproj.gguf")

  /// The requested weights; by default MedGemma below `models/` if it is there, otherwise the embedded model.
  ///
  /// - Throws: ``ModelLocationFault`` when only one of the two files was named, or the embedded model is not to be found.
  public static func chosen(weights: String?, projector: String?) throws(ModelLocationFault) -> ModelLocation {
    switch (weights, projector) {
    case (let weights?, let projector?): return ModelLocation(weights: weights, projector: projector)
    case (nil, nil): break
    case (.some, nil): throw .onlyOneFile(missing: "--mmproj")
    case (nil, .some): throw .onlyOneFile(missing: "--model")
    }
    let files = FileManager.default
    switch (files.fileExists(atPath: medGemma.weights), files.fileExists(atPath: medGemma.projector)) {
    case (true, true): return medGemma
    case (true, false): throw .halfAModel(there: medGemma.weights, missing: medGemma.projector)
    case (false, true): throw .halfAModel(there: medGemma.projector, missing: medGemma.weights)
    case (false, false): break
    }
    guard let embedded else { throw .noEmbeddedModel(searched: folders.joined(separator: ", ")) }
    return embedded
  }

  /// The small model that comes with the program; `nil` when its files are not where they belong.
  public static var embedded: ModelLocation? {
    for folder in folders {
      let stem = folder + "/" + embeddedName + "/" + embeddedName
      let location = ModelLocation(weights: stem + ".gguf", projector: stem + "-mmproj.gguf", isEmbedded: true)
      if FileManager.default.fileExists(atPath: location.weights),
        FileManager.default.fileExists(atPath: location.projector)
      {
        return location
      }
    }
    return nil
  }

  /// The folders in which the embedded model is looked for: `$DERMGEMMA_MODELS`, beside the program, and where an
  /// installation puts what it shares.
  static var folders: [String] {
    var folders: [String] = []
    if let named = ProcessInfo.processInfo.environment["DERMGEMMA_MODELS"], !named.isEmpty { folders.append(named) }
    if let program = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe") {
      let folder = URL(fileURLWithPath: program).deletingLastPathComponent()
      folders.append(folder.appendingPathComponent("Models").path)
      folders.append(folder.deletingLastPathComponent().appendingPathComponent("share/dermgemma/Models").path)
    }
    return folders
  }
}

/// Weights that are not where they should be.
public enum ModelLocationFault: Fault, Equatable {
  /// Only one of `--model` and `--mmproj` was given.
  case onlyOneFile(missing: String)
  /// Only one of MedGemma's two files is below `models/`.
  case halfAModel(there: String, missing: String)
  /// The embedded model is not where the program looks for it.
  case noEmbeddedModel(searched: String)

  public var kind: FaultKind {
    switch self {
    case .onlyOneFile: .usage
    case .halfAModel, .noEmbeddedModel: .unusableWeights
    }
  }

  public var description: String {
    switch self {
    case .onlyOneFile(let missing):
      "A model is two files, the weights and the projector: give \(missing) as well"
    case .halfAModel(let there, let missing):
      "\(there) is there, but its projector or weights \(missing) are missing"
    case .noEmbeddedModel(let searched):
      "The embedded model's files were not found in \(searched); run `make build`, or give --model and --mmproj"
    }
  }
}

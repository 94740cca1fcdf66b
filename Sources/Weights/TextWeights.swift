import Foundation
import TextOutput

/// A text model in a GGUF file, checked so thoroughly that llama.cpp cannot abort on loading or running it.
///
/// Only the header, the tokenizer's lists and the small norm vectors are read. The matrices' values are not judged: a
/// model of noise is a valid file, and the engine checks its logits.
public struct TextWeights: Sendable {
  /// The file, without its long arrays.
  public let file: GGUFFile
  /// The model's name: `general.name`, or the file's own.
  public let name: String
  /// The family that the file declares.
  public let family: any ModelFamily
  /// The sizes.
  public let shape: TextShape
  /// The tokenizer.
  public let vocabulary: TokenVocabulary

  /// The path as the caller gave it.
  public var path: String { file.path }
  /// The file's size in bytes.
  public var fileSize: Int { file.size }
  /// The number of pieces in the vocabulary.
  public var vocabularySize: Int { vocabulary.size }
  /// The longest context that the model was trained for, in tokens.
  public var contextLength: Int { shape.contextLength }
  /// The width of an embedding (`n_embd`).
  public var embeddingLength: Int { shape.width }
  /// The number of transformer blocks.
  public var blockCount: Int { shape.blockCount }
  /// The query heads of a block.
  public var headCount: Int { shape.headCount }
  /// The key and value heads of a block.
  public var headCountKV: Int { shape.headCountKV }
  /// The width of a key head.
  public var keyLength: Int { shape.keyLength }
  /// The width of a value head.
  public var valueLength: Int { shape.valueLength }
  /// How many tokens back a sliding-window block attends; `nil` if every block has global attention.
  public var slidingWindow: Int? { shape.slidingWindow }
  /// How it reads the tokens of an image.
  public var imageTokens: ImageTokenRules { family.imageTokens(of: shape) }
  /// How a conversation becomes tokens.
  public var chat: ChatTemplate { family.chat(of: shape) }

  /// Opens and checks a file.
  ///
  /// - Parameters:
  ///   - path: the file's.
  ///   - families: those that are accepted.
  /// - Throws: ``WeightsFault`` when it is missing, broken, not a text model of one of the families, or one that would
  ///   crash llama.cpp.
  public init(path: String, families: [any ModelFamily] = ModelFamilies.all) throws(WeightsFault) {
    var file = try GGUFFile(path: path)
    family = try file.textFamily(among: families)
    let shape = try family.textShape(file.metadata)
    vocabulary = try TokenVocabulary(file.metadata, of: family)
    try family.checkTensors(of: file, shape, vocabularySize: vocabulary.size)
    file.metadata.dropArrays(longerThan: GGUFLimits.keptArray)
    self.file = file
    self.shape = shape
    name = file.displayName
  }

  /// A metadata key's numbers, a single one as an array of one; `nil` where there are none or more than 1,024.
  public func numbers(_ key: String) -> [Double]? { file.metadata.numbers(key) }

  /// A metadata key's string; `nil` where there is none.
  public func string(_ key: String) -> String? { file.metadata.string(key) }
}

extension GGUFFile {
  /// `general.name`, or the file's own name where that is missing or blank.
  var displayName: String {
    let name = metadata.string("general.name")?.trimmingCharacters(in: .whitespacesAndNewlines) ?? ""
    return name.isEmpty ? URL(fileURLWithPath: path).deletingPathExtension().lastPathComponent : name
  }
}

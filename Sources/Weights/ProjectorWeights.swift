/// A projector (vision tower and projection) in a GGUF file, checked so thoroughly that llama.cpp's mtmd cannot abort on
/// loading it or on encoding an image.
public struct ProjectorWeights: Sendable {
  /// The file.
  public let file: GGUFFile
  /// The projector's name: `general.name`, or the file's own.
  public let name: String
  /// The family that the file declares.
  public let family: any ModelFamily
  /// The sizes.
  public let shape: ProjectorShape
  /// Where the byte is that says that the projector hears too; `nil` if it does not.
  let soundFlag: Int?

  /// The path as the caller gave it.
  public var path: String { file.path }
  /// The file's size in bytes.
  public var fileSize: Int { file.size }
  /// The side of the square image that it takes, in pixels.
  public var imageSide: Int { shape.imageSide }
  /// The embeddings, one a token, that an image becomes.
  public var tokensPerImage: Int { shape.tokensPerImage }
  /// How many embeddings an image of another size may become.
  public var tokenBounds: ClosedRange<Int>? { shape.tokenBounds }
  /// The width of those embeddings: the text model's.
  public var projectionLength: Int { shape.projectionLength }
  /// The tower's own width.
  public var embeddingLength: Int { shape.width }
  /// The tower's number of blocks.
  public var blockCount: Int { shape.blockCount }

  /// Opens and checks a file.
  ///
  /// - Parameters:
  ///   - path: the file's.
  ///   - families: those that are accepted.
  /// - Throws: ``WeightsFault`` when it is missing, broken, not a projector of one of the families, or one that would
  ///   crash llama.cpp.
  public init(path: String, families: [any ModelFamily] = ModelFamilies.all) throws(WeightsFault) {
    var file = try GGUFFile(path: path)
    family = try file.projectorFamily(among: families)
    shape = try family.projectorShape(file)
    let key = GGUFFile.soundKey
    soundFlag = try file.metadata.flag(key) ?? false ? file.metadata.flagOffsets[key] : nil
    file.metadata.dropArrays(longerThan: GGUFLimits.keptArray)
    self.file = file
    name = file.displayName
  }

  /// A metadata key's numbers, a single one as an array of one; `nil` where there are none.
  public func numbers(_ key: String) -> [Double]? { file.metadata.numbers(key) }

  /// A metadata key's string; `nil` where there is none.
  public func string(_ key: String) -> String? { file.metadata.string(key) }
}

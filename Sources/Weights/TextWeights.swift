import Foundation

/// A Gemma 3 text model in a GGUF file, checked so thoroughly that llama.cpp cannot abort on loading or running it.
///
/// Only the header, the tokenizer's lists and the small norm vectors are read. The matrices' values are not judged: a
/// model of noise is a valid file, and the engine checks its logits.
public struct TextWeights: Sendable {
  /// The file, without its long arrays.
  public let file: GGUFFile
  /// The model's name: `general.name`, or the file's own.
  public let name: String
  /// The longest context that the model was trained for, in tokens.
  public let contextLength: Int
  /// The width of an embedding (`n_embd`).
  public let embeddingLength: Int
  /// The number of transformer blocks.
  public let blockCount: Int
  /// The query heads of a block.
  public let headCount: Int
  /// The key and value heads of a block.
  public let headCountKV: Int
  /// The width of a key head.
  public let keyLength: Int
  /// The width of a value head.
  public let valueLength: Int
  /// How many tokens back a sliding-window block attends; `nil` if every block has global attention.
  public let slidingWindow: Int?
  /// The tokenizer.
  public let vocabulary: TokenVocabulary

  /// The path as the caller gave it.
  public var path: String { file.path }
  /// The file's size in bytes.
  public var fileSize: Int { file.size }
  /// The number of pieces in the vocabulary.
  public var vocabularySize: Int { vocabulary.size }

  /// Arrays in metadata that are kept after the checks, in elements.
  static let keptArray = 1_024

  /// Opens and checks a file.
  ///
  /// - Throws: ``WeightsFault`` when it is missing, broken, not a Gemma 3 text model, or one that would crash
  ///   llama.cpp.
  public init(path: String) throws(WeightsFault) {
    var file = try GGUFFile(path: path)
    try file.checkKind(architecture: "gemma3", types: ["model"])
    let shape = try TextShape(file.metadata)
    vocabulary = try TokenVocabulary(file.metadata)
    try Self.checkTensors(file, shape, vocabularySize: vocabulary.size)
    file.metadata.dropArrays(longerThan: Self.keptArray)
    self.file = file
    name = file.displayName
    contextLength = shape.contextLength
    embeddingLength = shape.width
    blockCount = shape.blockCount
    headCount = shape.headCount
    headCountKV = shape.headCountKV
    keyLength = shape.headWidth
    valueLength = shape.headWidth
    slidingWindow = shape.slidingWindow
  }

  /// A metadata key's numbers, a single one as an array of one; `nil` where there are none or more than 1,024.
  public func numbers(_ key: String) -> [Double]? { file.metadata.numbers(key) }

  /// A metadata key's string; `nil` where there is none.
  public func string(_ key: String) -> String? { file.metadata.string(key) }

  /// The tensors of llama.cpp's gemma3.cpp, with their shapes.
  private static func checkTensors(
    _ file: GGUFFile, _ shape: TextShape, vocabularySize: Int
  ) throws(WeightsFault) {
    var list = TensorChecklist(file)
    let matrix = TensorType.matrixFormats
    let width = shape.width
    // Both factors are bounded by TextShape, so neither product can overflow.
    let queries = shape.headCount * shape.headWidth
    let keys = shape.headCountKV * shape.headWidth
    if let rows = list.shape(of: "token_embd.weight")?.last, rows != vocabularySize {
      throw file.metadata.fault(
        "token_embd.weight has \(grouped(rows)) rows for a vocabulary of \(grouped(vocabularySize)) pieces")
    }
    try list.need("token_embd.weight", [width, vocabularySize], in: matrix)
    try list.needVector("output_norm.weight", width)
    if list.has("output.weight") { try list.need("output.weight", [width, vocabularySize], in: matrix) }
    for block in 0..<shape.blockCount {
      let prefix = "blk.\(block)."
      for norm in ["attn_norm", "post_attention_norm", "ffn_norm", "post_ffw_norm"] {
        try list.needVector("\(prefix)\(norm).weight", width)
      }
      for norm in ["attn_q_norm", "attn_k_norm"] { try list.needVector("\(prefix)\(norm).weight", shape.headWidth) }
      try list.need("\(prefix)attn_q.weight", [width, queries], in: matrix)
      try list.need("\(prefix)attn_k.weight", [width, keys], in: matrix)
      try list.need("\(prefix)attn_v.weight", [width, keys], in: matrix)
      try list.need("\(prefix)attn_output.weight", [queries, width], in: matrix)
      try list.need("\(prefix)ffn_gate.weight", [width, shape.feedForwardLength], in: matrix)
      try list.need("\(prefix)ffn_up.weight", [width, shape.feedForwardLength], in: matrix)
      try list.need("\(prefix)ffn_down.weight", [shape.feedForwardLength, width], in: matrix)
    }
    try list.finish { name in
      name.hasPrefix("v.") || name.hasPrefix("mm.")
        ? "its vision tower is in the same file, as Ollama keeps it; a text model and a projector "
          + "of their own are needed"
        : nil
    }
  }
}

extension GGUFFile {
  /// `general.name`, or the file's own name where that is missing or blank.
  var displayName: String {
    let name = metadata.string("general.name")?.trimmingCharacters(in: .whitespacesAndNewlines) ?? ""
    return name.isEmpty ? URL(fileURLWithPath: path).deletingPathExtension().lastPathComponent : name
  }
}

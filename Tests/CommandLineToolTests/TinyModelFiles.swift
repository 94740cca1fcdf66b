import TestWeights

/// The tiny model of noise, with room for the protocols' prompts: it spells most words letter by letter.
enum TinyModelFiles {
  static let contextLength: UInt32 = 8_192

  static var weights: GGUFWriter {
    var weights = TinyWeights().text
    weights["gemma3.context_length"] = .u32(contextLength)
    return weights
  }

  /// Written once for all tests.
  static func shared() throws -> (text: String, projector: String) { try written.get() }

  private static let written = Result { try write(weights, TinyWeights().projector) }

  /// Writes a pair into a new folder.
  static func write(_ text: GGUFWriter, _ projector: GGUFWriter) throws -> (text: String, projector: String) {
    let folder = try TestFolders.folder(["tiny.gguf": text.file, "tiny-mmproj.gguf": projector.file])
    return (folder.path + "/tiny.gguf", folder.path + "/tiny-mmproj.gguf")
  }
}

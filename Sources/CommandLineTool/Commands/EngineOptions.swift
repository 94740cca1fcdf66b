import LlamaEngine
import VisionLanguage

/// Options of every command that loads a model.
enum EngineOption {
  static let model = Option<String>(
    path: "--model", "FILE|NAME",
    help:
      "The text model's weights (GGUF), or a model that 'models list' names. Without it: models/medgemma.gguf if "
      + "there, else the embedded model.", completion: .models)
  static let projector = Option<String>(
    path: "--mmproj", "FILE", help: "The projector that belongs to --model (GGUF).")
  static let lora = Option<EngineConfiguration.AdapterChoice>(
    "--lora", "FILE[=SCALE]",
    help: "A LoRA adapter (GGUF) that changes --model, and how strongly (default 1); may be given several times.",
    repeats: true, completion: .paths
  ) { text throws(InvalidValue) in
    guard let choice = EngineConfiguration.AdapterChoice(text) else {
      throw .message("--lora must be a file, or FILE=SCALE with a finite number, not '\(text)'")
    }
    return choice
  }
  static let threads = Option<Int>(
    "--threads", "N", in: 1...512, help: "Processors to use (default: all that help the model).")
  static let device = Option<ComputeDevice>(
    "--device",
    help:
      "Where to compute: on a GPU if one can be used (auto, the default), on the CPU, or on a GPU (an error without one)."
  )
  static let precision = Option<ImagePrecision>(
    "--precision",
    help:
      "How an image's encoder multiplies: in 32 bits (f32, the default), or faster in bfloat16 (an error on a processor "
      + "without AVX512-BF16). Its answers may differ, and its reports say so."
  )
  static let readingProtocol = Option<String>(
    path: "--protocol", "NAME|FILE",
    help: "How images are read: seed (default), extended, direct, or a protocol document of your own.",
    completion: .protocols)

  /// What to compute with, and which model.
  static let all: [any CommandOption] = [threads, device, precision, model, projector, lora]
}

extension EngineConfiguration.AdapterChoice {
  /// `FILE` or `FILE=SCALE`; a text without a number after its last `=` is a file's name. `nil` for a scale that is not finite.
  init?(_ text: String) {
    self.init(path: text)
    if let sign = text.lastIndex(of: "="), let number = Double(text[text.index(after: sign)...]) {
      guard number.isFinite else { return nil }
      (path, scale) = (String(text[..<sign]), number)
    }
    guard !path.isEmpty else { return nil }
  }
}

import LlamaEngine
import VisionLanguage

/// A default that a person can set: in the configuration file, or in the environment.
struct Setting: Sendable, Hashable {
  enum Sort: Sendable, Hashable {
    case text, path
    case number(ClosedRange<Int>)
    case choice([String])
  }

  /// The key in the configuration file.
  var key: String
  /// The option whose default it is; `nil` for settings without one.
  var option: String?
  /// The environment variable.
  var variable: String
  var sort: Sort
  /// The built-in default, as `dermgemma config` prints it.
  var unset: String
  /// One line.
  var meaning: String

  /// The value that gives a flag.
  static let yes = "yes"

  static let all: [Setting] = [
    Setting(
      key: "model", option: EngineOption.model.name, variable: "DERMGEMMA_MODEL", sort: .path,
      unset: "models/medgemma.gguf if there, else the embedded model", meaning: "a model's name, or its weights"),
    Setting(
      key: "mmproj", option: EngineOption.projector.name, variable: "DERMGEMMA_MMPROJ", sort: .path,
      unset: "what belongs to the model",
      meaning: "the projector's file"),
    Setting(
      key: "endpoint", option: EndpointOption.endpoint.name, variable: "DERMGEMMA_ENDPOINT", sort: .text,
      unset: "none: models are read in this program", meaning: "a server whose model reads"),
    Setting(
      key: "allow_remote", option: EndpointOption.allowRemote.name, variable: "DERMGEMMA_ALLOW_REMOTE",
      sort: .choice(["no", Setting.yes]), unset: "no", meaning: "whether pictures may leave this machine: yes or no"),
    Setting(
      key: "endpoint_key_file", option: EndpointOption.keyFile.name, variable: "DERMGEMMA_ENDPOINT_KEY_FILE",
      sort: .path, unset: "none", meaning: "the file with the server's key"),
    Setting(
      key: "protocol", option: EngineOption.readingProtocol.name, variable: "DERMGEMMA_PROTOCOL", sort: .path,
      unset: "seed",
      meaning: "how images are read"),
    Setting(
      key: "threads", option: EngineOption.threads.name, variable: "DERMGEMMA_THREADS", sort: .number(1...512),
      unset: "by the size of the model", meaning: "processors to use"),
    Setting(
      key: "device", option: EngineOption.device.name, variable: "DERMGEMMA_DEVICE",
      sort: .choice(ComputeDevice.allCases.map(\.rawValue)), unset: "auto",
      meaning: "where to compute: auto, cpu or gpu"),
    Setting(
      key: "precision", option: EngineOption.precision.name, variable: "DERMGEMMA_PRECISION",
      sort: .choice(ImagePrecision.allCases.map(\.rawValue)), unset: "f32",
      meaning: "how an image's encoder multiplies: f32 or bf16"),
    Setting(
      key: "parallel", option: "--parallel", variable: "DERMGEMMA_PARALLEL", sort: .number(1...32),
      unset: "as many as free memory allows, at most 8 per engine", meaning: "images read at once"),
    Setting(
      key: "host", option: "--host", variable: "DERMGEMMA_HOST", sort: .text, unset: "127.0.0.1",
      meaning: "the address that serve listens on"),
    Setting(
      key: "port", option: "--port", variable: "DERMGEMMA_PORT", sort: .number(0...65_535), unset: "6565",
      meaning: "the port that serve listens on"),
    Setting(
      key: "data", option: "--data", variable: "DERMGEMMA_DATA", sort: .path, unset: "as the command's help says",
      meaning: "the folder of serve's database and uploads"),
    Setting(
      key: "archive", option: nil, variable: "DERMGEMMA_ARCHIVE", sort: .text, unset: "https://api.isic-archive.com",
      meaning: "the image archive's address"),
  ]
}

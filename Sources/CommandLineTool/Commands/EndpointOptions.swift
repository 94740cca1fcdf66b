import Foundation
import LlamaEngine
import Reading
import RemoteModel

/// Options of every command that can use a model behind an endpoint.
enum EndpointOption {
  static let endpoint = Option<String>(
    path: "--endpoint", "URL",
    help:
      "An OpenAI-compatible server whose model reads, such as http://127.0.0.1:8080/v1; --model is the model's name there.",
    completion: .any)
  static let allowRemote = Flag(
    "--allow-remote", help: "Lets pictures leave this machine, to an --endpoint that is another.")
  static let keyFile = Option<String>(
    path: "--endpoint-key-file", "FILE",
    help:
      "The server's key is on the file's first line (default: in the variable DERMGEMMA_ENDPOINT_KEY, if it is set).")
  static let imageSide = Option<Int>(
    "--endpoint-image-side", "N", in: 28...4096,
    help: "The side in pixels of pictures that a protocol does not resize itself (28 to 4096, default 896).")
  static let timeout = Option<Int>(
    "--endpoint-timeout", "S", in: 1...86_400, help: "Seconds without a byte until a request fails (default 300).")

  static let all: [any CommandOption] = [endpoint, allowRemote, keyFile, imageSide, timeout]
}

extension ParsedArguments {
  /// The endpoint that a command line names; `nil` without one.
  ///
  /// - Throws: `UsageFault` for options that do not go with it; `RemoteFault`.
  func endpoint(of command: String) throws -> RemoteConfiguration? {
    guard let address = try self[EndpointOption.endpoint] else {
      for option in [EndpointOption.keyFile.name, EndpointOption.imageSide.name, EndpointOption.timeout.name]
      where isOnCommandLine(option) {
        throw UsageFault(message: "\(option) needs --endpoint", command: command)
      }
      return nil
    }
    if try self[EngineOption.projector] != nil {
      throw UsageFault(message: "--mmproj does not go with --endpoint: the server has the projector", command: command)
    }
    if isOnCommandLine(EngineOption.lora.name) {
      throw UsageFault(
        message: "--lora does not go with --endpoint: start the server with its adapters", command: command)
    }
    if try isOnCommandLine(EngineOption.precision.name) || self[EngineOption.precision] == .bf16 {
      throw UsageFault(
        message: "--precision does not go with --endpoint: the server computes in its own", command: command)
    }
    var configuration = try RemoteConfiguration(
      RemoteEndpoint(address), allowsRemote: self[EndpointOption.allowRemote])
    configuration.model = try self[EngineOption.model]
    configuration.notice = { Terminal().printError("dermgemma: \($0)") }
    if let path = try self[EndpointOption.keyFile] {
      configuration.key = try AccessKey(fileAt: path)
    } else if let key = ProcessInfo.processInfo.environment[AccessKey.variable], !key.isEmpty {
      configuration.key = try AccessKey(key, from: AccessKey.variable)
    }
    configuration.imageSide = try self[EndpointOption.imageSide] ?? configuration.imageSide
    configuration.silentSeconds = try self[EndpointOption.timeout] ?? configuration.silentSeconds
    return configuration
  }

  /// The model that a command line names: behind an endpoint, or in two files.
  ///
  /// - Throws: `UsageFault`, `RemoteFault`, `ModelLocationFault`.
  func modelSource(of command: String) throws -> ModelSource {
    if let endpoint = try endpoint(of: command) { return .endpoint(endpoint) }
    var location = try ModelLocation.chosen(
      weights: try self[EngineOption.model], projector: try self[EngineOption.projector])
    location.adapters = try adapters(of: command)
    location.precision = try self[EngineOption.precision] ?? .f32
    return .files(location)
  }

  /// The LoRA adapters that a command line names.
  ///
  /// - Throws: `UsageFault` for one that is named twice.
  func adapters(of command: String) throws -> [EngineConfiguration.AdapterChoice] {
    let all = try self.all(EngineOption.lora)
    for (place, one) in all.enumerated() where all[..<place].contains(where: { $0.path == one.path }) {
      throw UsageFault(message: "--lora names \(one.path) twice", command: command)
    }
    return all
  }
}

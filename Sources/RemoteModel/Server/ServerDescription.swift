import Foundation
import JSON
import TextOutput
import Weights

/// What a server says of itself; what it does not say is `nil`.
public struct ServerDescription: Sendable, Hashable {
  /// The models that it offers.
  public internal(set) var models: [String]?
  /// Its program with the version, such as `llama.cpp b7000`.
  public internal(set) var program: String?
  /// Requests that it computes at once.
  public internal(set) var slots: Int?
  /// Whether another request may end the answer under way, so that requests go one at a time.
  public internal(set) var interruptsAnswers = false
  /// Tokens that prompt and answer may have together.
  public internal(set) var contextTokens: Int?
  /// Whether the model takes images.
  public internal(set) var seesImages: Bool?
  /// Whether an answer can be begun for the model; `nil` if that could not be found out.
  public internal(set) var continuesAnswers: Bool?
  /// What the server understands beyond OpenAI's own fields.
  var dialect = Dialect.plain
  /// What the model was trained to see around a picture and this server leaves out.
  var wordsBeforeImage = ""
  var wordsAfterImage = ""

  /// - Parameters:
  ///   - models: the answer of `/models`.
  ///   - properties: of `/props`, which llama-server has.
  ///   - version: of `/version`, which vLLM has, or of Ollama's `/api/version`.
  ///   - interface: of `/openapi.json`, by which llama-cpp-python's server is known.
  init(models: JSONValue?, properties: JSONValue?, version: JSONValue?, interface: JSONValue? = nil) {
    let entries = models?["data"]?.elements ?? models?["models"]?.elements
    self.models = entries?.compactMap { ($0["id"] ?? $0["name"])?.string }.map {
      Sanitizer.line(String($0.prefix(200)))
    }
    let owners = Set(entries?.compactMap { $0["owned_by"]?.string } ?? [])
    let told = version?["version"]?.string.map { Sanitizer.line(String($0.prefix(60))) }
    if let properties, properties["default_generation_settings"] != nil || properties["total_slots"] != nil {
      dialect = .llamaCpp
      let build = properties["build_info"]?.string.map { " " + Sanitizer.line(String($0.prefix(60))) } ?? ""
      program = "llama.cpp" + build
      slots = properties["total_slots"]?.integer.flatMap { (1...4096).contains($0) ? $0 : nil }
      contextTokens = properties["default_generation_settings"]?["n_ctx"]?.integer
      seesImages = properties["modalities"]?["vision"]?.truth
      // llama.cpp's server puts a picture's own tokens where the template has it, without the text around them.
      let family = properties["chat_template"]?.string.flatMap { ModelFamilies.all.family(writtenBy: $0) }
      (wordsBeforeImage, wordsAfterImage) = family?.chat.wordsAroundImage ?? ("", "")
    } else if owners.contains("vllm") || owners.contains("sglang") {
      dialect = owners.contains("vllm") ? .vllm : .sglang
      program = (owners.contains("vllm") ? "vLLM" : "SGLang") + (told.map { " " + $0 } ?? "")
    } else if let told {
      program = (owners.contains("library") ? "Ollama " : "version ") + told
    } else if let about = interface?["info"]?.present,
      about["title"]?.string?.hasSuffix("llama.cpp Python API") == true
    {
      let version = about["version"]?.string.map { " " + Sanitizer.line(String($0.prefix(60))) } ?? ""
      program = "llama-cpp-python" + version
      (slots, interruptsAnswers, dialect) = (1, true, .llamaCppPython)
    }
    contextTokens = contextTokens ?? entries?.lazy.compactMap { $0["max_model_len"]?.integer }.first
  }

  /// The model that a request names.
  ///
  /// - Throws: `RemoteFault.noSuchModel`, `.blind`.
  func model(asked: String?, host: String) throws(RemoteFault) -> String {
    let name: String
    switch (asked, models) {
    case (let asked?, nil): name = asked
    case (let asked?, let models?):
      // llama-server gives a file's path for a name.
      func isFile(_ name: String) -> Bool { name.split(separator: "/").last.map(String.init) == asked }
      guard let found = models.first(where: { $0 == asked }) ?? models.first(where: isFile)
      else {
        throw .noSuchModel(host: host, model: asked, offered: models)
      }
      name = found
    case (nil, let models?) where models.count == 1: name = models[0]
    case (nil, let models): throw .noSuchModel(host: host, model: nil, offered: models ?? [])
    }
    if seesImages == false { throw .blind(host: host, model: name) }
    return name
  }
}

extension ServerDescription {
  /// Asks a server about itself.
  ///
  /// - Throws: `RemoteFault` when it cannot be reached, denies access, or is no server of models; `CancellationError`.
  static func ask(_ client: ChatClient) async throws -> ServerDescription {
    let models = try await client.description(at: client.endpoint.base + "/models")
    let properties = try await client.description(at: client.endpoint.root + "/props")
    var (version, interface): (JSONValue?, JSONValue?)
    if properties == nil {
      version = try await client.description(at: client.endpoint.root + "/version")
      if version == nil { version = try await client.description(at: client.endpoint.root + "/api/version") }
      if version == nil { interface = try await client.description(at: client.endpoint.root + "/openapi.json") }
    }
    return ServerDescription(models: models, properties: properties, version: version, interface: interface)
  }

  /// Whether the server continues an answer that a request begins.
  ///
  /// A llama-server shows the prompt that it would make. Others get two requests of a few tokens, which differ by one token of
  /// such a beginning. Where the beginning became a turn of its
  /// own, its markers are among the prompt's tokens too. A server that does not count tokens leaves it unknown.
  static func continuesAnswers(_ client: ChatClient, model: String, dialect: Dialect) async throws -> Bool? {
    func tokens(_ prefix: String?) async throws -> Int? {
      let request = ChatRequest(
        model: model, text: "A", answerPrefix: prefix, sampling: .greedy(maxTokens: 1), seed: 0, streams: false,
        dialect: dialect)
      return try await client.answer(to: request).answer.promptTokens
    }
    if dialect == .llamaCpp, let shown = try await shownPrompt(client) { return shown.hasSuffix("A") }
    guard let without = try await tokens(nil) else { return nil }
    do {
      guard let with = try await tokens("A") else { return nil }
      return abs(with - without) <= mostTokensOfBeginning
    } catch RemoteFault.refused(_, let status, _) where [400, 422].contains(status) {
      return false
    }
  }

  private static let mostTokensOfBeginning = 2

  /// What a llama-server makes of an answer that begins with `A`.
  private static func shownPrompt(_ client: ChatClient) async throws -> String? {
    func message(_ role: String) -> JSONValue {
      .object([JSONMember(key: "role", value: .string(role)), JSONMember(key: "content", value: .string("A"))])
    }
    let body = JSONValue.object([
      JSONMember(key: "messages", value: .array([message("user"), message("assistant")])),
      JSONMember(key: "add_generation_prompt", value: .bool(false)),
      JSONMember(key: "continue_final_message", value: .bool(true)),
    ])
    return try await client.description(at: client.endpoint.root + "/apply-template", of: body)?["prompt"]?.string
  }
}

import Foundation

/// A model that another program keeps on this machine, and which can be used where it lies.
public struct NeighbourModel: Sendable, Hashable {
  /// What `--model` calls it: `ollama:medgemma:4b`, `lmstudio:unsloth/medgemma-4b-it-GGUF`.
  public var name: String
  /// The program that keeps it.
  public var keeper: String
  /// The text model's file.
  public var weights: String
  /// The projector's file; `nil` where there is none of its own.
  public var projector: String?

  /// Bytes of both files; `nil` when one of them is not there.
  public var bytes: Int? {
    var sum = 0
    for path in [weights, projector].compactMap(\.self) {
      let file = URL(fileURLWithPath: path).resolvingSymlinksInPath().path
      guard let size = (try? FileManager.default.attributesOfItem(atPath: file))?[.size] as? Int else { return nil }
      sum += size
    }
    return sum
  }
}

/// The models that other programs keep on this machine.
public struct NeighbourStores: Sendable {
  /// Ollama's folders of models.
  var ollama: [String]
  /// LM Studio's folders of models.
  var lmStudio: [String]

  /// Models that are looked at in a store, at most.
  static let mostModels = 1000

  /// The stores where those programs have them, or where their variables say.
  public init(variables: [String: String] = ProcessInfo.processInfo.environment) {
    func value(_ name: String) -> String? { variables[name].flatMap { $0.isEmpty ? nil : $0 } }
    let home = value("HOME") ?? NSHomeDirectory()
    // Ollama's service on Linux has a user of its own.
    ollama = value("OLLAMA_MODELS").map { [$0] } ?? [home + "/.ollama/models", "/usr/share/ollama/.ollama/models"]
    lmStudio = [home + "/.lmstudio/models", home + "/.cache/lm-studio/models"]
  }

  /// All models, by name; a model of the first folder that has it.
  public var models: [NeighbourModel] {
    let all = ollama.flatMap { OllamaStore(folder: $0).models } + lmStudio.flatMap { LMStudioStore(folder: $0).models }
    var seen: Set<String> = []
    return all.filter { seen.insert($0.name).inserted }.sorted { $0.name < $1.name }
  }

  /// Whether a name is one of a model in such a store, there or not.
  public static func isName(_ name: String) -> Bool {
    name.hasPrefix(OllamaStore.scheme) || name.hasPrefix(LMStudioStore.scheme)
  }

  /// The model of a name.
  ///
  /// - Throws: `HubFault.unknownModel`, with the names that are known; `.notWhole` for a file that is missing.
  public func model(named name: String) throws(HubFault) -> NeighbourModel {
    let models = models
    let tagged = name.hasPrefix(OllamaStore.scheme) ? OllamaStore.tagged(name) : name
    guard let model = models.first(where: { $0.name == tagged }) else {
      throw .unknownModel(name, known: models.isEmpty ? ["none of that kind here"] : models.map(\.name))
    }
    guard model.bytes != nil else { throw .notWhole(model.name, keeper: model.keeper) }
    return model
  }
}

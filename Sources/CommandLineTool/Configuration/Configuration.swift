import Foundation
import Hub
import Reading

/// The defaults for the command line; environment variables take precedence over the configuration file.
struct Configuration: Sendable {
  /// The source of a value.
  enum Source: Sendable, Hashable {
    case variable(String)
    case file(String)

    var text: String {
      switch self {
      case .variable(let name): name
      case .file(let path): path
      }
    }
  }

  private(set) var values: [String: (text: String, source: Source)] = [:]
  let file: ConfigurationFile
  let hub: HubEnvironment

  /// - Throws: `ConfigurationFault`.
  init(variables: [String: String] = ProcessInfo.processInfo.environment) throws(ConfigurationFault) {
    file = try ConfigurationFile(variables: variables)
    hub = HubEnvironment(variables: variables)
    for setting in Setting.all {
      if let text = variables[setting.variable], !text.isEmpty {
        values[setting.key] = (text, .variable(setting.variable))
      } else if let text = file.values[setting.key] {
        values[setting.key] = (text, .file(file.path))
      }
    }
  }

  func store() throws(HubFault) -> ModelStore {
    ModelStore(
      catalogue: ModelCatalogue(own: file.models, builtin: try ModelCatalogue.builtin().entries),
      cache: HubCache(folder: hub.cache, usesLinks: hub.usesLinks))
  }

  /// The arguments with the defaults that apply to their command, and a model's name resolved to its two files.
  ///
  /// - Throws: `HubFault` for a model that is unknown or not here; `ModelLocationFault` without the embedded model.
  func applied(to arguments: ParsedArguments, of command: CommandSpecification) throws -> ParsedArguments {
    var arguments = arguments
    let namesModel = arguments.has(EngineOption.model) || arguments.has(EngineOption.projector)
    let namesEndpoint = arguments.has(EndpointOption.endpoint)
    // Files that the command line names are read here, whatever endpoint is the default.
    let named = try arguments[EngineOption.model]
    let namesFiles =
      arguments.has(EngineOption.projector) || named.map { FileManager.default.fileExists(atPath: $0) } ?? false
    let usesEndpoint = namesEndpoint || (values["endpoint"] != nil && !namesFiles)
    for setting in Setting.all {
      guard let option = setting.option, let value = values[setting.key],
        let known = command.options.first(where: { $0.name == option })
      else { continue }
      if known.placeholder == nil {
        if value.text == Setting.yes { arguments.setFlag(option) }
        continue
      }
      guard known.takesSetting else { continue }
      if option == EndpointOption.endpoint.name, !namesEndpoint, namesFiles { continue }
      if option == EngineOption.projector.name, usesEndpoint { continue }
      if option == EngineOption.model.name, namesEndpoint { continue }
      // Weights and projector belong together: those from one source are never combined with another's.
      if namesModel, [EngineOption.model.name, EngineOption.projector.name].contains(option) { continue }
      arguments.setDefault(option, value.text, from: value.source.text)
    }
    guard command.options.contains(where: { $0.name == EngineOption.model.name }),
      !arguments.has(EndpointOption.endpoint),
      let name = try arguments[EngineOption.model], !FileManager.default.fileExists(atPath: name)
    else { return arguments }
    if NeighbourStores.isName(name) {
      try Self.useNeighbour(name, &arguments, of: command)
    } else if arguments.has(EngineOption.projector) {
      return arguments
    } else if name == ModelLocation.embeddedName, let embedded = ModelLocation.embedded {
      arguments.override(EngineOption.model, embedded.weights)
      arguments.override(EngineOption.projector, embedded.projector)
    } else if !name.contains("/"), !name.hasSuffix(".gguf") {
      let store = try store()
      let location = try store.location(of: try store.entry(name))
      arguments.override(EngineOption.model, location.weights)
      arguments.override(EngineOption.projector, location.projector)
    }
    return arguments
  }

  /// Takes a model of another program's store, with its projector or with the one that the command line names.
  private static func useNeighbour(
    _ name: String, _ arguments: inout ParsedArguments, of command: CommandSpecification
  ) throws {
    let model = try NeighbourStores().model(named: name)
    arguments.override(EngineOption.model, model.weights)
    guard !arguments.has(EngineOption.projector) else { return }
    if let projector = model.projector {
      arguments.override(EngineOption.projector, projector)
    } else if command.name != askCommand.name || arguments.has(AskOption.image) {
      throw HubFault.noProjector(model.name, keeper: model.keeper)
    }
  }
}

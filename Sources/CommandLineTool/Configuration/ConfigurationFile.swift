import Faults
import Foundation
import Hub
import JSON

/// `config.json`: the user's defaults and models. Every key is optional; unknown keys are refused.
struct ConfigurationFile: Sendable {
  /// Where it was read from.
  var path: String
  /// The settings in it, as text, by key.
  var values: [String: String] = [:]
  /// The user's models, in addition to the built-in ones.
  var models: [ModelEntry] = []

  /// A configuration file may have at most this many bytes.
  static let largest = 1 << 20

  /// `$DERMGEMMA_CONFIG`, or `dermgemma/config.json` below `$XDG_CONFIG_HOME` or `~/.config`.
  static func place(_ variables: [String: String]) -> (path: String, isNamed: Bool) {
    func value(_ name: String) -> String? { variables[name].flatMap { $0.isEmpty ? nil : $0 } }
    if let named = value("DERMGEMMA_CONFIG") { return (named, true) }
    let folder = value("XDG_CONFIG_HOME") ?? (value("HOME") ?? "") + "/.config"
    return (folder + "/dermgemma/config.json", false)
  }

  /// Reads the file if it exists; one that the environment names must exist.
  ///
  /// - Throws: `ConfigurationFault`.
  init(variables: [String: String]) throws(ConfigurationFault) {
    let (path, isNamed) = Self.place(variables)
    self.path = path
    guard FileManager.default.fileExists(atPath: path) else {
      if isNamed { throw ConfigurationFault(path: path, reason: "no such file", kind: .missingInput) }
      return
    }
    guard let data = FileManager.default.contents(atPath: path) else {
      throw ConfigurationFault(path: path, reason: "cannot be read", kind: .missingInput)
    }
    guard data.count <= Self.largest else { throw ConfigurationFault(path: path, reason: "too large") }
    do {
      let document = try JSONDecoder().decode(Document.self, from: data)
      values = document.values
      models = document.models
    } catch {
      throw ConfigurationFault(path: path, reason: StrictKeys.explain(error))
    }
  }

  private struct Document: Decodable {
    var values: [String: String] = [:]
    var models: [ModelEntry] = []

    init(from decoder: any Decoder) throws {
      try StrictKeys.check(decoder, against: Setting.all.map(\.key) + ["models"])
      let container = try decoder.container(keyedBy: JSONKey.self)
      models = try container.decodeIfPresent([ModelEntry].self, forKey: JSONKey("models")) ?? []
      for setting in Setting.all where container.contains(JSONKey(setting.key)) {
        let key = JSONKey(setting.key)
        switch setting.sort {
        case .text, .path:
          let text = try container.decode(String.self, forKey: key)
          guard !text.isEmpty else {
            throw DecodingError.dataCorruptedError(forKey: key, in: container, debugDescription: "is empty")
          }
          values[setting.key] = text
        case .number(let range):
          let number = try container.decode(Int.self, forKey: key)
          guard range.contains(number) else {
            throw DecodingError.dataCorruptedError(
              forKey: key, in: container,
              debugDescription: "\(number) is not from \(range.lowerBound) to \(range.upperBound)")
          }
          values[setting.key] = "\(number)"
        case .choice(let words):
          let word = try container.decode(String.self, forKey: key)
          guard words.contains(word) else {
            throw DecodingError.dataCorruptedError(
              forKey: key, in: container, debugDescription: "\"\(word)\" is not one of \(words.joined(separator: ", "))"
            )
          }
          values[setting.key] = word
        }
      }
    }
  }
}

/// A configuration that cannot be used.
struct ConfigurationFault: Fault, Equatable {
  var path: String
  var reason: String
  var kind: FaultKind = .unusableInput
  var description: String { "\(path): \(reason)" }
}

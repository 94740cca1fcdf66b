import Foundation
import Hub

let configCommand = CommandSpecification(
  name: "config",
  summary: "Prints the effective settings and where each comes from.",
  usage: ["config"],
  discussion: [
    "A command-line option takes precedence over an environment variable, and that over config.json, which is in "
      + "dermgemma below $XDG_CONFIG_HOME or ~/.config unless $DERMGEMMA_CONFIG names another. Its keys are those below, "
      + "and 'models' for your own models; docs/CONFIGURATION.md describes them. An unknown key is refused."
  ],
  options: [],
  examples: [("DERMGEMMA_THREADS=4 dermgemma config", "The effect of a variable.")],
  takesArguments: false
) { _, terminal in
  func printSetting(_ key: String, _ value: String, _ origin: String) throws {
    try terminal.print("\(key.padding(toLength: 10, withPad: " ", startingAt: 0)) \(value)  (\(origin))")
  }
  let configuration = try Configuration()
  let isThere = FileManager.default.fileExists(atPath: configuration.file.path)
  try terminal.print("# \(configuration.file.path)\(isThere ? "" : " (not there)")")
  for setting in Setting.all {
    let found = configuration.values[setting.key]
    try printSetting(setting.key, found?.text ?? setting.unset, found.map { "from \($0.source.text)" } ?? "default")
  }
  let hub = configuration.hub
  let variables = ProcessInfo.processInfo.environment
  func source(_ names: String...) -> String {
    names.first { variables[$0]?.isEmpty == false }.map { "from \($0)" } ?? "default"
  }
  try printSetting("hub", hub.endpoint, source("HF_ENDPOINT"))
  try printSetting("cache", hub.cache, source("HF_HUB_CACHE", "HUGGINGFACE_HUB_CACHE", "HF_HOME", "XDG_CACHE_HOME"))
  try printSetting(
    "token", hub.token == nil ? "none" : "set, not shown",
    hub.tokenSource.map { "from \($0)" } ?? source("HF_HUB_DISABLE_IMPLICIT_TOKEN"))
  try printSetting("offline", hub.isOffline ? "yes" : "no", source("HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE"))
  try printSetting("links", hub.usesLinks ? "yes" : "no", source("HF_HUB_DISABLE_SYMLINKS"))
  for entry in configuration.file.models {
    try printSetting("models", entry.name, "from \(configuration.file.path)")
  }
  return 0
}

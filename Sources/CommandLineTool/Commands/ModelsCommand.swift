import Digests
import Faults
import Foundation
import Hub
import LlamaEngine
import Reading
import TextOutput
import Transfer

/// The options of `models`.
enum ModelsOption {
  static let connections = Option<Int>(
    "--connections", "N", in: 1...16, help: "Ranges of a file downloaded at once (1 to 16, default 4).")
}

let modelsCommand = CommandSpecification(
  name: "models",
  summary: "Lists, downloads, verifies and removes models.",
  usage: ["models [list]", "models pull NAME…", "models verify [NAME…]", "models remove NAME…"],
  discussion: [
    "Models are downloaded from the Hugging Face hub into the cache that its other tools share (HF_HOME, HF_HUB_CACHE). Files "
      + "that are already there are not downloaded again, so a complete cache may be read-only. An interrupted pull resumes "
      + "where it stopped. Every file is compared with the SHA-256 that the hub states, or with the one that config.json "
      + "pins, even if the file was already there.",
    "'verify' reads whole files and compares them with that SHA-256. A cache that was copied without its links lacks it: "
      + "'verify' then asks the hub, and lists files whose digest it cannot learn as not compared. 'remove' deletes what no "
      + "other model needs, and says what stays and why.",
    "If a repository is gated, accept its terms on its page and set HF_TOKEN. HF_ENDPOINT names a mirror; "
      + "HF_HUB_OFFLINE=1 disables the network; HF_HUB_DISABLE_SYMLINKS=1 keeps links out of the cache; proxies come from "
      + "the environment. 'dermgemma config' shows the effective settings.",
    "Models that Ollama and LM Studio keep on this machine are listed too, and used where they lie: --model ollama:medgemma:4b, "
      + "--model lmstudio:PUBLISHER/REPOSITORY. A projector must be a file of its own.",
    "Once pulled, a model is used by its name: --model NAME, the key 'model' in config.json, or DERMGEMMA_MODEL. To add a "
      + "model, or to use another repository for a listed one, put it under 'models' in config.json "
      + "(docs/CONFIGURATION.md).",
  ],
  verbs: ["list", "pull", "verify", "remove"],
  options: [
    ModelsOption.connections
  ],
  examples: [
    ("dermgemma models pull medgemma-1.5-4b", "MedGemma as the seed runs it, 5.0 GB."),
    ("dermgemma analyze lesion.jpg --model medgemma-1.5-4b", "Reads an image with it."),
  ],
  takesArguments: true
) { arguments, terminal in
  let words = arguments.positional
  let names = Array(words.dropFirst())
  let configuration = try Configuration()
  let store = try configuration.store()
  switch (words.first ?? "list", names.isEmpty) {
  case ("list", true): try listModels(store, terminal)
  case ("pull", false):
    let connections = try arguments[ModelsOption.connections] ?? 4
    let fetcher = fetcher(configuration, connections: connections, terminal)
    for entry in try entries(names, in: store) { try await pull(entry, by: fetcher, terminal) }
  case ("verify", _):
    try await verifyModels(names, store, asking: fetcher(configuration, connections: 1, terminal), terminal)
  case ("remove", false):
    for entry in try entries(names, in: store) {
      guard store.hasAnything(of: entry) else { throw HubFault.notPulled(entry.name) }
      let removal = try store.remove(entry)
      for sentence in removal.kept { terminal.printError("dermgemma: \(sentence)") }
      try terminal.print("\(entry.name): removed, \(ByteCount.text(removal.freed)) freed")
    }
  default:
    throw UsageFault(message: "Say list, pull NAME, verify or remove NAME", command: "models")
  }
  return 0
}

private func entries(_ names: [String], in store: ModelStore) throws -> [ModelEntry] {
  try names.map { name in
    guard name != ModelLocation.embeddedName else {
      throw UsageFault(message: "\(name) comes with the program", command: "models")
    }
    return try store.entry(name)
  }
}

private func listModels(_ store: ModelStore, _ terminal: Terminal) throws {
  var rows: [(String, String, String, String)] = []
  if ModelLocation.embedded != nil {
    rows.append((ModelLocation.embeddedName, "here", "", "comes with the program"))
  }
  for entry in store.catalogue.entries {
    let state =
      switch store.state(of: entry) {
      case .absent: "not pulled"
      case .partly: "in part"
      case .whole: "here"
      }
    let sizes = [entry.weights.bytes, entry.projector.bytes].compactMap { $0 }
    let size = sizes.count == 2 ? ByteCount.text(sizes.reduce(0, +)) : "?"
    rows.append((entry.name, state, size, "\(entry.title) (\(entry.repository))"))
  }
  for model in NeighbourStores().models {
    let sees = model.projector == nil ? ", without a projector of its own" : ""
    let name = Sanitizer.line(model.name)
    rows.append(
      (
        name, model.bytes == nil ? "in part" : "here", model.bytes.map { ByteCount.text(Int64($0)) } ?? "?",
        model.keeper + "'s" + sees
      ))
  }
  func column(_ texts: [String]) -> Int { (texts.map(\.count).max() ?? 0) + 2 }
  let (first, second, third) = (column(rows.map(\.0)), column(rows.map(\.1)), column(rows.map(\.2)))
  func padded(_ text: String, _ width: Int) -> String { text.padding(toLength: width, withPad: " ", startingAt: 0) }
  for row in rows {
    try terminal.print(padded(row.0, first) + padded(row.1, second) + padded(row.2, third) + row.3)
  }
}

private func fetcher(_ configuration: Configuration, connections: Int, _ terminal: Terminal) -> HubFetcher {
  var client = HTTPClient()
  client.limits.userAgent = "dermgemma/\(Tool.version)"
  client.retries.notice = { fault, pause in
    terminal.printError("dermgemma: \(fault); trying again in \(Int(pause.rounded(.up))) s")
  }
  var download = FileDownload(client: client)
  download.connections = connections
  download.progress = { terminal.progress($0.line) }
  var fetcher = HubFetcher(environment: configuration.hub, download: download)
  fetcher.notice = { terminal.printError("dermgemma: \($0)") }
  return fetcher
}

private func pull(_ entry: ModelEntry, by fetcher: HubFetcher, _ terminal: Terminal) async throws {
  if let terms = entry.terms, !fetcher.environment.isOffline {
    terminal.printError("dermgemma: the terms of \(terms) apply to \(entry.name)")
  }
  for file in entry.files {
    let path = try await fetcher.fetch(file)
    terminal.clearProgress()
    try terminal.print(path)
  }
  try terminal.print("\(entry.name) is here: use it with --model \(entry.name)")
}

private func verifyModels(
  _ names: [String], _ store: ModelStore, asking hub: HubFetcher, _ terminal: Terminal
) async throws {
  let embedded = names.isEmpty || names.contains(ModelLocation.embeddedName)
  if embedded, let location = ModelLocation.embedded {
    for (path, digest) in try await verifyEmbedded(location) { try terminal.print("\(digest.hexadecimal)  \(path)") }
  }
  var uncompared = 0
  let named = try names.filter { $0 != ModelLocation.embeddedName }.map { try store.entry($0) }
  for entry in names.isEmpty ? store.catalogue.entries.filter({ store.state(of: $0) == .whole }) : named {
    terminal.progress("Reading \(entry.name)…")
    for file in try await store.verify(entry, asking: hub) {
      try terminal.print("\(file.digest.hexadecimal)  \(file.path)")
      DigestMemory(environment: ProcessInfo.processInfo.environment)?.remember(file.digest, ofFileAt: file.path)
      guard !file.isCompared else { continue }
      uncompared += 1
      terminal.printError(
        "dermgemma: \(file.path): not compared: neither its name in the cache, nor the hub, nor config.json states which "
          + "SHA-256 it should have")
    }
  }
  try terminal.print(
    uncompared == 0
      ? "All of these match their digests."
      : "\(uncompared) of these could not be compared with anything; the others match their digests.")
}

/// Compares the embedded model's files with the list beside them.
private func verifyEmbedded(_ location: ModelLocation) async throws -> [(path: String, digest: SHA256Digest)] {
  let folder = URL(fileURLWithPath: location.weights).deletingLastPathComponent().path
  let list = folder + "/SHA256SUMS"
  guard let data = FileManager.default.contents(atPath: list) else {
    throw HubFault.broken(path: list, reason: "the embedded model's list of digests is missing")
  }
  var found: [(path: String, digest: SHA256Digest)] = []
  for line in String(decoding: data, as: UTF8.self).split(separator: "\n") {
    let words = line.split(separator: " ", maxSplits: 1)
    guard words.count == 2, let expected = SHA256Digest(hexadecimal: words[0]) else {
      throw HubFault.broken(path: list, reason: "a line of it is not a digest and a name")
    }
    let path = folder + "/" + words[1].trimmingCharacters(in: .whitespaces.union(CharacterSet(charactersIn: "*")))
    let digest = try await SHA256Digest.ofFile(at: path)
    guard digest == expected else {
      throw HubFault.broken(path: path, reason: "SHA-256 \(digest) where \(expected) was expected")
    }
    found.append((path, digest))
  }
  return found
}

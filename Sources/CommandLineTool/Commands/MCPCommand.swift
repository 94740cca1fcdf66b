import DICOM
import Faults
import Foundation
import MCP
import Reading
import Records
import UseCases
import Web

/// The options of `mcp`.
enum MCPOption {
  static let images = Option<String>(
    path: "--images", "DIR", help: "The folder of images that may be named; without it, pictures are sent.")
  static let records = Option<String>(
    path: "--records", "FILE", help: "Keeps examinations in this database, which history shows.")
  static let data = Option<String>(
    path: "--data", "DIR", help: "The folder of validations' results, which validation_summary shows.")
}

let mcpCommand = CommandSpecification(
  name: "mcp",
  summary: "Serves agents by the Model Context Protocol.",
  usage: ["mcp [options]"],
  discussion: [
    "Speaks the Model Context Protocol on standard input and output, revisions 2024-11-05 to 2026-07-28. Tools: read_lesion, "
      + "ask, explain, compare, list_images, history, validation_summary. An assistant starts it with this command; "
      + "'serve' offers the same at /mcp. docs/MCP.md says what each tool takes and gives.",
    "Answers at once and loads the model meanwhile. Ends with status 0 when the input ends and everything is answered. Exit "
      + "status: 0 all answered; 64 wrong usage; 66 standard input or the folder cannot be read; 74 nobody reads the answers "
      + "any more; 78 weights missing or broken; 130 interrupted.",
  ],
  options: [
    MCPOption.images, MCPOption.records, MCPOption.data,
    EngineOption.readingProtocol,
    AnalyzeOption.parallel,
  ] + EngineOption.all + EndpointOption.all,
  examples: [("dermgemma mcp --images lesions", "What an assistant's configuration names.")],
  takesArguments: false
) { arguments, terminal in
  // The options are checked before the weights are looked for.
  let (parallel, threads) = (try arguments[AnalyzeOption.parallel], try arguments[EngineOption.threads])
  let device = try chosenDevice(arguments)
  let document = try chosenProtocol(arguments)
  var places = LocalLesionHost.Places()
  places.images = try arguments[MCPOption.images]
  places.results = try arguments[MCPOption.data]
  for folder in [places.images, places.results].compactMap({ $0 }) {
    var status = stat()
    guard FileName.withPath(folder, { stat($0, &status) }) == 0, status.st_mode & S_IFMT == S_IFDIR else {
      throw MissingFolder(path: folder)
    }
  }
  let model = try arguments.modelSource(of: "mcp")
  if let records = try arguments[MCPOption.records] { places.records = try await RecordStores.open(records) }
  let store = places.records
  let host = LocalLesionHost(places, version: Tool.version, pictureBytes: ServerLimits().uploadBytes) {
    let reader = try await Reader.open(
      model, readingProtocol: document.readingProtocol, readings: parallel, threads: threads, device: device)
    return (try await ReadingSession(reading: reader, document: document, kind: "mcp", in: store), reader.readings)
  }
  let (reader, writer) = (LineReader(), LineWriter())
  do {
    try await MCPConversation(MCPServer(host)).run(ready: host.ready) {
      switch try await reader.next() {
      case .line(let bytes): .line(bytes)
      case .tooLong(let limit): .tooLong(limit: limit)
      case nil: nil
      }
    } write: {
      try await writer.write($0)
    }
  } catch {
    await host.close()
    await store?.close()
    throw error
  }
  await host.close()
  await store?.close()
  return 0
}

/// A folder that is not there.
private struct MissingFolder: Fault {
  var path: String
  var kind: FaultKind { .missingInput }
  var description: String { "\(path): no such folder" }
}

import Datasets
import Faults
import Foundation
import Reading
import UseCases
import Web

/// The options of `serve`.
enum ServeOption {
  static let host = Option<String>(
    path: "--host", "ADDRESS", help: "Where to listen (default 127.0.0.1).", completion: .any)
  static let port = Option<Int>("--port", "N", in: 0...65_535, help: "The port (default 6565; 0 for any that is free).")
  static let basePath = Option<BasePath>(
    "--base-path", "PATH", help: "The path under which a proxy serves it, such as /derm.", completion: .paths
  ) { text throws(InvalidValue) in
    guard let base = BasePath(text) else {
      throw .message("--base-path must be a path such as /derm, not '\(text)'")
    }
    return base
  }
  static let images = Option<String>(path: "--images", "DIR", help: "The folder of images that can be chosen.")
  static let data = Option<String>(
    path: "--data", "DIR", help: "Database, uploads, validations and audits (default data).")
  static let records = Option<String>(
    path: "--records", "FILE",
    help: "The database of the history: a file, or PostgreSQL's postgresql://HOST/NAME or service=NAME, which several "
      + "servers may share (default: examinations.sqlite in the folder of --data).")
  static let allowedHost = Option<String>(
    text: "--allowed-host", "NAME",
    help: "A name by which clients may call the server, besides localhost and addresses.", repeats: true)
  static let tokenFile = Option<String>(
    path: "--token-file", "FILE", help: "Clients must send the token on its first line.")
  static let tlsCertificate = Option<String>(
    path: "--tls-cert", "FILE", help: "The certificate (PEM); needs --tls-key.")
  static let tlsKey = Option<String>(path: "--tls-key", "FILE", help: "The certificate's private key (PEM).")
  static let parallel = Option<Int>("--parallel", "N", in: 1...32, help: "Images read at once (1 to 32, default 1).")
  static let queue = Option<Int>(
    "--queue", "N", in: 0...10_000, help: "Examinations that may wait; more are refused (0 to 10000, default 64).")
  static let noModel = Flag("--no-model", help: "Serves images, history and validation runs without weights.")
  static let log = Option<ServerLog.Level>("--log", help: "The lowest level that is logged (default info).")
}

let serveCommand = CommandSpecification(
  name: "serve",
  summary: "Serves the web application and its API.",
  usage: ["serve [options]"],
  discussion: [
    "Open http://127.0.0.1:6565 in a browser. Only this machine can reach the server unless --host says otherwise. Ctrl-C stops it "
      + "after running examinations have ended; a second Ctrl-C stops it at once.",
    "The log goes to standard error, one JSON object per line, without image content or names.",
  ],
  options: [
    ServeOption.host,
    ServeOption.port,
    ServeOption.basePath,
    ServeOption.images,
    LabelOption.labels,
    LabelOption.imageColumn, LabelOption.labelColumn,
    ServeOption.data,
    ServeOption.records,
    ServeOption.allowedHost,
    ServeOption.tokenFile,
    ServeOption.tlsCertificate,
    ServeOption.tlsKey,
    EngineOption.readingProtocol,
    ServeOption.parallel,
    EngineOption.threads, EngineOption.device, EngineOption.precision,
    ServeOption.queue,
    ServeOption.noModel,
    ServeOption.log, EngineOption.model, EngineOption.projector, EngineOption.lora,
  ] + EndpointOption.all,
  examples: [
    ("dermgemma serve --images data/images --labels labels.csv", "Images with their ground truth."),
    ("dermgemma serve --base-path /derm --allowed-host derm.example", "Behind a proxy, at https://derm.example/derm/."),
    ("dermgemma serve --host 0.0.0.0 --allowed-host derm.example --token-file token", "For a network."),
  ],
  takesArguments: false
) { arguments, terminal in
  // The command line is validated before any file that it names is read.
  var settings = ServerSettings(data: try arguments[ServeOption.data] ?? "data", version: Tool.version)
  settings.records = try arguments[ServeOption.records]
  settings.host = try arguments[ServeOption.host] ?? settings.host
  settings.port = try arguments[ServeOption.port] ?? settings.port
  if let base = try arguments[ServeOption.basePath] { settings.basePath = base }
  settings.parallel = try arguments[ServeOption.parallel] ?? 1
  settings.limits.queuedJobs = try arguments[ServeOption.queue] ?? settings.limits.queuedJobs
  settings.limits.queuedJobsOfOneAddress = settings.limits.queuedJobs
  settings.allowedHosts = try arguments.all(ServeOption.allowedHost)
  let threads = try arguments[EngineOption.threads]
  let device = try chosenDevice(arguments)
  let lowest: ServerLog.Level = try arguments[ServeOption.log] ?? .info
  let chosen = try chosenProtocol(arguments)
  let labels = try chosenLabels(arguments, of: "serve", terminal)
  settings.images = try arguments[ServeOption.images]
  settings.labels = try arguments[LabelOption.labels]
  settings.columns = try chosenColumns(arguments, of: "serve")
  try ServedFolder.check(settings.images, labels, terminal)
  settings.protocolDocument = chosen
  settings.token = try arguments[ServeOption.tokenFile].map { try AccessToken(fileAt: $0) }
  settings.identity = try tlsIdentity(arguments)
  let source = arguments[ServeOption.noModel] ? nil : try arguments.modelSource(of: "serve")

  let server = WebServer(settings, labels: labels, log: ServerLog(lowest: lowest))
  let (parallel, scheme, host) = (settings.parallel, settings.identity == nil ? "http" : "https", settings.host)
  let base = settings.basePath
  var load: (@Sendable () async throws -> any ReadingEngine)?
  if let source {
    load = {
      try await Reader.open(
        source, readingProtocol: chosen.readingProtocol, readings: parallel, threads: threads, device: device)
    }
  }
  try await server.run(engine: load) { port in
    terminal.printError("Serving on \(scheme)://\(host.contains(":") ? "[\(host)]" : host):\(port)\(base.text)")
  }
  return 0
}

/// The certificate and key that a command line names; `nil` when it names none.
private func tlsIdentity(_ arguments: ParsedArguments) throws -> ServerSettings.Identity? {
  func text(_ path: String) throws -> String {
    guard let data = FileManager.default.contents(atPath: path), let text = String(data: data, encoding: .utf8) else {
      throw ServerFault.unusableFile(path: path, reason: "cannot be read")
    }
    return text
  }
  switch (try arguments[ServeOption.tlsCertificate], try arguments[ServeOption.tlsKey]) {
  case (nil, nil): return nil
  case (let certificate?, let key?):
    return ServerSettings.Identity(certificate: try text(certificate), key: try text(key))
  case (.some, nil): throw UsageFault(message: "--tls-cert needs --tls-key as well", command: "serve")
  case (nil, .some): throw UsageFault(message: "--tls-key needs --tls-cert as well", command: "serve")
  }
}

/// The folder to serve.
private enum ServedFolder {
  /// Reports what is left out of the folder, and how its images and the labels match. Both may change while it is
  /// served, so labels of none of its images are only reported.
  static func check(_ path: String?, _ labels: Labels?, _ terminal: Terminal) throws {
    var names: [String] = []
    if let path {
      var status = stat()
      guard FileName.withPath(path, { stat($0, &status) }) == 0, status.st_mode & S_IFMT == S_IFDIR else {
        throw ImageFiles.Missing(path: path, reason: "no such folder")
      }
      do throws(ImageFiles.Missing) {
        let search = try ImageFiles.search(path)
        for left in search.skipped.remarks { terminal.printError("dermgemma: \(path): \(left)") }
        names = search.images
      } catch {
        terminal.printError("dermgemma: \(error)")
      }
    }
    guard let labels else { return }
    let match = LabelMatch(labels, images: names, override: "")
    terminal.printError("dermgemma: \(match.line)")
    if let fault = match.fault { terminal.printError("dermgemma: \(fault)") }
  }
}

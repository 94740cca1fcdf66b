import Datasets
import Foundation
import Records
import UseCases

/// The web application: listens, reads images for its clients, and shuts down gracefully.
public final class WebServer: Sendable {
  /// How long the responses to failed jobs may take during shutdown.
  private static let farewell = Duration.seconds(2)
  /// Between two checks for expired items.
  private static let sweep = Duration.seconds(30)

  private let settings: ServerSettings
  let application: Application
  private let log: ServerLog

  /// A server; it does not listen yet.
  ///
  /// - Parameters:
  ///   - settings: where it listens, what it serves, whom it lets in.
  ///   - labels: the ground truth of the images; `nil` for none.
  ///   - log: the log.
  public init(_ settings: ServerSettings, labels: Labels?, log: ServerLog = ServerLog()) {
    self.settings = settings
    self.log = log
    application = Application(settings, labels: labels, log: log)
  }

  /// Serves until the task is cancelled; then accepts no more requests, lets running work finish and returns.
  ///
  /// The server listens before the engine is loaded; `/readyz` reports when it is.
  ///
  /// - Parameters:
  ///   - load: loads the engine; `nil` to serve without one.
  ///   - onListening: told the port as soon as the server listens.
  /// - Throws: ``ServerFault``; what `load` throws.
  public func run(
    engine load: (@Sendable () async throws -> any ReadingEngine)?, onListening: @Sendable (Int) -> Void = { _ in }
  ) async throws {
    let listening = try ListeningSocket(host: settings.host, port: settings.port)
    let records: any RecordStore
    do {
      let file = RecordStores.location(inFolder: settings.data, named: History.name)
      records = try await RecordStores.open(settings.records ?? file)
    } catch {
      close(listening.descriptor)
      throw error
    }
    application.history.store = records
    let daemon = HTTPDaemon(
      application: application, limits: settings.limits, isSecure: settings.identity != nil)
    do {
      try daemon.start(on: listening, identity: settings.identity)
    } catch {
      close(listening.descriptor)
      throw error
    }
    application.daemon = daemon
    onListening(listening.port)
    log.write(.info, "listening", ["host": settings.host, "port": String(listening.port)])

    var failure: (any Error)?
    do {
      if let load {
        let engine = try await load()
        let session = try await ReadingSession(
          reading: engine, document: settings.protocolDocument, kind: "serve", in: records)
        application.loader.state = .ready(session)
        application.jobs.start()
        log.write(.info, "ready")
      } else {
        application.loader.state = .none
      }
      while !Task.isCancelled {
        try await Task.sleep(for: Self.sweep)
        application.jobs.expire()
        let (uploads, folders) = (application.uploads, application.folders)
        try await application.disk.perform {
          uploads.expire()
          folders.expire()
        }
      }
    } catch is CancellationError {
    } catch {
      application.loader.state = .failed("\(error)")
      log.write(.error, "no_weights", ["cause": "\(error)"])
      failure = error
    }
    await end(daemon)
    await records.close()
    if let failure { throw failure }
  }

  private func end(_ daemon: HTTPDaemon) async {
    log.write(.info, "ending")
    // The task is cancelled, but the shutdown still has to run.
    let (application, settings) = (application, settings)
    await Task.detached {
      daemon.stopListening()
      await application.runs.drain()
      await application.jobs.drain(timeout: .seconds(settings.limits.shutdownSeconds))
      await daemon.stop(timeout: Self.farewell)
      if case .ready(let session) = application.loader.state { await session.end() }
      application.daemon = nil
    }.value
    log.write(.info, "ended")
    await log.flush()
  }
}

import JSON

/// Validations and audits that are started here: where they stand, their events, their end.
extension Application {
  var runRoutes: [Route] {
    [
      Route(
        "/api/runs",
        [
          .get: .now { [self] _ in try listRuns() },
          .post: .later(.accepted([.json])) { [self] in try await startRun($0) },
        ]),
      Route(
        "/api/runs/{run_id}",
        [
          .get: .now { [self] in try answer(try run($0)) },
          .delete: .now { [self] in try cancelRun($0) },
        ]),
      Route("/api/runs/{run_id}/events", [.get: .now { [self] in try events(of: try run($0).feed, $0) }]),
      Route("/api/runs/{run_id}/resume", [.post: .later { [self] in try await resumeRun($0) }]),
      Route("/api/runs/{run_id}/files", [.delete: .later { [self] in try await deleteRun($0) }]),
    ]
  }

  private func run(_ request: HTTPRequest) throws(Problem) -> BackgroundRun {
    guard let run = runs.run(request.parameter("run_id")) else { throw .noRun }
    return run
  }

  private func answer(_ run: BackgroundRun, status: Int = 200) throws -> HTTPResponse {
    .json(try run.answer(), status: status).with("Cache-Control", "no-store")
  }

  private func listRuns() throws -> HTTPResponse {
    let documents = runs.runs.map { RunAnswer(document: $0.document, base: settings.basePath) }
    return .json(try OrderedJSON.line(["runs": documents])).with("Cache-Control", "no-store")
  }

  private func startRun(_ request: HTTPRequest) async throws -> HTTPResponse {
    guard case .bytes(let bytes) = request.body else { throw Problem.badRequest("A body is missing.") }
    let order = try RunOrder(body: bytes, limits: settings.limits)
    return try await accepted(order) { [runs] in try runs.start(order, client: request.head.client) }
  }

  private func resumeRun(_ request: HTTPRequest) async throws -> HTTPResponse {
    let name = request.parameter("run_id")
    return try await accepted(try run(request).order) { [runs] in try runs.resume(name, client: request.head.client) }
  }

  /// Starts what can be started: the engine is there, images and labels fit.
  private func accepted(
    _ order: RunOrder, _ start: @escaping @Sendable () throws -> BackgroundRun
  ) async throws -> HTTPResponse {
    _ = try loader.session()
    let (settings, folders) = (settings, folders)
    let run = try await disk.perform {
      _ = try RunInputs(order, settings, folders)
      return try start()
    }
    log.write(.info, "run_started", ["run": run.name])
    return try answer(run, status: 202).with("Location", settings.basePath.address("/api/runs/\(run.name)"))
  }

  private func cancelRun(_ request: HTTPRequest) throws -> HTTPResponse {
    let run = try run(request)
    _ = runs.cancel(run.name)
    return try answer(run, status: run.isOver ? 200 : 202)
  }

  private func deleteRun(_ request: HTTPRequest) async throws -> HTTPResponse {
    let (runs, name) = (runs, request.parameter("run_id"))
    try await disk.perform { try runs.delete(name) }
    return HTTPResponse(204)
  }
}

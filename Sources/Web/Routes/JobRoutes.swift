import Dermoscopy

/// Jobs: where they stand, their events, their end.
extension Application {
  var jobRoutes: [Route] {
    [
      Route("/api/status/{job_id}", [.get: .now { [self] in try status($0) }]),
      Route("/api/jobs/{job_id}/events", [.get: .now { [self] in try events(of: try job($0).feed, $0) }]),
      Route(
        "/api/jobs/{job_id}", [.get: .now { [self] in try status($0) }, .delete: .now { [self] in try cancel($0) }]),
    ]
  }

  private func job(_ request: HTTPRequest) throws -> Job {
    guard let job = jobs.job(request.parameter("job_id")) else {
      throw Problem.notFound("There is no such job, or it has expired.")
    }
    return job
  }

  private func status(_ request: HTTPRequest) throws -> HTTPResponse {
    .json(try job(request).statusDocument()).with("Cache-Control", "no-store")
  }

  /// A feed from an event on that the request names, or from its beginning.
  func events(of feed: EventFeed, _ request: HTTPRequest) throws -> HTTPResponse {
    let text = request.head.fields["last-event-id"] ?? request.target.query("after") ?? "0"
    guard let number = Int(text), number >= 0 else {
      throw Problem.unprocessable("bad_parameter", "The last event's number must be a whole number.")
    }
    return HTTPResponse(200, body: .events(feed, after: number)).with("Content-Type", "text/event-stream")
      .with("Cache-Control", "no-store").with("X-Accel-Buffering", "no")
  }

  private func cancel(_ request: HTTPRequest) throws -> HTTPResponse {
    guard let job = jobs.cancel(request.parameter("job_id")) else {
      throw Problem.notFound("There is no such job, or it has expired.")
    }
    return .json(try job.statusDocument(), status: job.state.isOver ? 200 : 202).with("Cache-Control", "no-store")
  }
}

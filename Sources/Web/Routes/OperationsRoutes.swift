import Dermoscopy
import Documents

/// Routes for operators: liveness, readiness, metrics, and the API description.
extension Application {
  var operationsRoutes: [Route] {
    [
      Route("/healthz", [.get: .now(open: true) { _ in Self.state("ok", status: 200) }]),
      Route("/readyz", [.get: .now(open: true) { [self] _ in readiness() }]),
      Route("/metrics", [.get: .now { [self] _ in figures() }]),
      Route(
        "/openapi.json",
        [
          .get: .now(open: true) { [openAPI = StaticContent(Self.openAPI(below: settings.basePath))] _ in
            var response = HTTPResponse(200, body: .content(openAPI)).with("Content-Type", "application/json")
              .with("Cache-Control", "no-cache")
            response.isCompressible = true
            return response
          }
        ]),
    ]
  }

  /// The description of all routes, which says where they are.
  private static func openAPI(below base: BasePath) -> [UInt8] {
    let document = EmbeddedDocument.openAPI.bytes
    let address = Array("\"url\": \"/\"".utf8)
    guard !base.text.isEmpty, let place = document.firstRange(of: address) else { return document }
    return document[..<place.lowerBound] + Array("\"url\": \"\(base.text)\"".utf8) + document[place.upperBound...]
  }

  private static func state(_ name: String, status: Int) -> HTTPResponse {
    .json("{\"status\":\"\(name)\"}", status: status).with("Cache-Control", "no-store")
  }

  private func readiness() -> HTTPResponse {
    if daemon?.isEnding ?? false { return Self.state("ending", status: 503) }
    let state = loader.state
    if case .ready = state { return Self.state("ready", status: 200) }
    return Self.state(state.name, status: 503)
  }

  private func figures() -> HTTPResponse {
    let depth = jobs.depth
    var isReady = false
    if case .ready = loader.state { isReady = true }
    let gauges = ServerMetrics.Gauges(
      queued: depth.queued, running: depth.running, streams: jobs.streams + runs.streams,
      connections: daemon?.watch.count ?? 0,
      isReady: isReady, version: settings.version)
    var response = HTTPResponse(200, body: .bytes(Array(metrics.text(gauges).utf8)))
      .with("Content-Type", PrometheusText.mediaType).with("Cache-Control", "no-store")
    response.isCompressible = true
    return response
  }
}

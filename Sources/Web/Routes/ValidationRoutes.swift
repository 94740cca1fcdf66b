import Dermoscopy
import Foundation

/// Validation runs that lie in the data folder: the folder itself, and those in it.
extension Application {
  private static let summary = "summary.json"
  private static let report = "report.html"
  /// Bytes of a file that is sent.
  private static let largest = 64 << 20
  /// What the data folder's own run is called.
  private static let own = "latest"

  var validationRoutes: [Route] {
    [
      Route("/api/validations", [.get: .later { [self] _ in try listRuns() }]),
      Route(
        "/api/validations/{run}/summary.json",
        [.get: .later { [self] in try file(Self.summary, $0, type: "application/json", policy: nil) }]),
      Route(
        "/api/validations/{run}/report.html",
        [
          .get: .later { [self] in
            try file(Self.report, $0, type: "text/html; charset=utf-8", policy: SecurityHeaders.reportPolicy)
          }
        ]),
    ]
  }

  private struct Finding: Encodable {
    let name: String
    let modified: String
    let report: Bool
  }

  /// Runs by name: a name from outside is looked up here and never made into a path.
  private func runs() -> [(name: String, folder: String, modified: Date)] {
    let files = FileManager.default
    let names = (try? files.contentsOfDirectory(atPath: settings.data)) ?? []
    let folders =
      [(Self.own, settings.data)]
      + names.filter { !$0.hasPrefix(".") && $0 != Self.own && $0 != "uploads" }.map { ($0, settings.data + "/" + $0) }
    return folders.compactMap { name, folder in
      guard let modified = try? files.attributesOfItem(atPath: folder + "/" + Self.summary)[.modificationDate] as? Date
      else { return nil }
      return (name, folder, modified)
    }.sorted { $0.modified > $1.modified }
  }

  private func listRuns() throws -> HTTPResponse {
    let found = runs().map { run in
      Finding(
        name: run.name, modified: run.modified.formatted(.iso8601),
        report: FileManager.default.fileExists(atPath: run.folder + "/" + Self.report))
    }
    return .json(try OrderedJSON.line(["runs": found])).with("Cache-Control", "no-store")
  }

  private func file(_ name: String, _ request: HTTPRequest, type: String, policy: String?) throws -> HTTPResponse {
    guard let run = runs().first(where: { $0.name == request.parameter("run") }),
      let file = FileContent(path: run.folder + "/" + name), let bytes = file.bytes(atMost: Self.largest)
    else { throw Problem.notFound("There is no such run.") }
    var response = HTTPResponse(200, body: .bytes(bytes)).with("Content-Type", type).with("Cache-Control", "no-cache")
    response.entityTag = file.entityTag
    response.isCompressible = true
    guard let policy else { return response }
    return response.with("Content-Security-Policy", policy).with("X-Frame-Options", "SAMEORIGIN")
  }
}

import Dermoscopy
import Foundation
import JSON

/// Validation runs that lie in the data folder: the folder itself, and those in it.
extension Application {
  private static let summary = "summary.json"
  private static let report = "report.html"
  /// What the data folder's own run is called.
  private static let own = "latest"

  var validationRoutes: [Route] {
    [
      Route("/api/validations", [.get: .later { [self] _ in try await listRuns() }]),
      Route(
        "/api/validations/{run}/summary.json",
        [.get: .later { [self] in try await file(Self.summary, $0, type: "application/json", policy: nil) }]),
      Route(
        "/api/validations/{run}/report.html",
        [
          .get: .later { [self] in
            try await file(Self.report, $0, type: "text/html; charset=utf-8", policy: SecurityHeaders.reportPolicy)
          }
        ]),
    ]
  }

  private struct Finding: Encodable, Sendable {
    let name: String
    let modified: String
    let report: Bool
  }

  private struct FoundRun: Sendable {
    let name: String
    let folder: String
    let modified: Date
  }

  /// Runs by name: a name from outside is looked up here and never made into a path.
  private static func runs(in data: String) -> [FoundRun] {
    let files = FileManager.default
    let names = (try? files.contentsOfDirectory(atPath: data)) ?? []
    let folders =
      [(own, data)]
      + names.filter { !$0.hasPrefix(".") && $0 != own && $0 != "uploads" }.map { ($0, data + "/" + $0) }
    return folders.compactMap { name, folder in
      guard let modified = try? files.attributesOfItem(atPath: folder + "/" + summary)[.modificationDate] as? Date
      else { return nil }
      return FoundRun(name: name, folder: folder, modified: modified)
    }.sorted { $0.modified > $1.modified }
  }

  private func listRuns() async throws -> HTTPResponse {
    let data = settings.data
    let found = try await disk.perform {
      Self.runs(in: data).map { run in
        Finding(
          name: run.name, modified: run.modified.formatted(.iso8601),
          report: FileManager.default.isReadableFile(atPath: run.folder + "/" + Self.report))
      }
    }
    return .json(try OrderedJSON.line(["runs": found])).with("Cache-Control", "no-store")
  }

  /// A run's file, however large: it is sent from the disk.
  private func file(
    _ name: String, _ request: HTTPRequest, type: String, policy: String?
  ) async throws -> HTTPResponse {
    let (data, wanted) = (settings.data, request.parameter("run"))
    let found = try await disk.perform {
      Self.runs(in: data).first { $0.name == wanted }.flatMap { FileContent(path: $0.folder + "/" + name) }
    }
    guard let found else { throw Problem.notFound("There is no such run.") }
    var response = HTTPResponse(200, body: .file(found)).with("Content-Type", type).with("Cache-Control", "no-cache")
    response.isCompressible = true
    guard let policy else { return response }
    return response.with("Content-Security-Policy", policy).with("X-Frame-Options", "SAMEORIGIN")
  }
}

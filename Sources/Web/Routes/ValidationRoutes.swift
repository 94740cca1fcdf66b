import Dermoscopy
import Foundation
import JSON
import UseCases

/// Validation runs that lie in the data folder: the folder itself, and those in it.
extension Application {
  var validationRoutes: [Route] {
    [
      Route("/api/validations", [.get: .later { [self] _ in try await listRuns() }]),
      Route(
        "/api/validations/{run}/summary.json",
        [.get: .later { [self] in try await file(StoredValidation.summary, $0, type: "application/json", policy: nil) }]
      ),
      Route(
        "/api/validations/{run}/report.html",
        [
          .get: .later { [self] in
            try await file(
              StoredValidation.report, $0, type: "text/html; charset=utf-8", policy: SecurityHeaders.reportPolicy)
          }
        ]),
    ]
  }

  private struct Finding: Encodable, Sendable {
    let name: String
    let modified: String
    let report: Bool
  }

  /// Runs by name: a name from outside is looked up here and never made into a path.
  private static func runs(in data: String) -> [StoredValidation] {
    StoredValidation.all(in: data, except: ["uploads"])
  }

  private func listRuns() async throws -> HTTPResponse {
    let data = settings.data
    let found = try await disk.perform {
      Self.runs(in: data).map { run in
        Finding(
          name: run.name, modified: run.modified.formatted(.iso8601),
          report: run.hasReport)
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

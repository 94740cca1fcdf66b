import AuditReporting
import Dermoscopy
import Faults
import Foundation
import JSON
import UseCases

/// Validations and audits that lie in the data folder: in the folder itself, and in those in it.
extension Application {
  private static let (summary, report) = ("summary.json", "report.html")

  var resultRoutes: [Route] {
    let (json, page, table) = ("application/json", "text/html; charset=utf-8", "text/csv; charset=utf-8")
    let (summary, audit) = (Self.summary, AuditReport.documentName)
    return [
      Route("/api/validations", [.get: .later { [self] _ in try await list(summary, Self.report, as: "runs") }]),
      Route("/api/validations/{run}/summary.json", sent(summary, of: summary, "run", type: json)),
      Route("/api/validations/{run}/report.html", sent(Self.report, of: summary, "run", type: page)),
      Route("/api/audits", [.get: .later { [self] _ in try await list(audit, AuditReport.pageName, as: "audits") }]),
      Route("/api/audits/{audit}/audit.json", sent(audit, of: audit, "audit", type: json)),
      Route("/api/audits/{audit}/audit.html", sent(AuditReport.pageName, of: audit, "audit", type: page)),
      Route("/api/audits/{audit}/audit.csv", sent(AuditReport.answersName, of: audit, "audit", type: table)),
      Route("/api/audits/{audit}/compared/{other}/comparison.json", compared(type: json, \.document)),
      Route("/api/audits/{audit}/compared/{other}/comparison.html", compared(type: page, \.page)),
    ]
  }

  private struct Finding: Encodable, Sendable {
    let name: String
    let modified: String
    let report: Bool
  }

  /// Results by name: a name from outside is looked up here and never made into a path.
  static func results(holding file: String, in data: String) -> [StoredResults] {
    StoredResults.all(in: data, holding: file, except: ["uploads", ImageFolderStore.place])
  }

  private func list(_ file: String, _ page: String, as name: String) async throws -> HTTPResponse {
    let data = settings.data
    let found = try await disk.perform {
      Self.results(holding: file, in: data).map { results in
        Finding(name: results.name, modified: results.modified.formatted(.iso8601), report: results.has(page))
      }
    }
    return .json(try OrderedJSON.line([name: found])).with("Cache-Control", "no-store")
  }

  /// Two audits of the same images, compared.
  private func compared(
    type: String, _ text: @escaping @Sendable (AuditComparisons.Texts) -> String
  ) -> [HTTPMethod: Endpoint] {
    [
      .get: .later { [self] request in
        let (data, names) = (settings.data, ["audit", "other"].map(request.parameter))
        let found = try await disk.perform {
          let all = Self.results(holding: AuditReport.documentName, in: data)
          return names.compactMap { name in all.first { $0.name == name } }
        }
        guard found.count == 2 else { throw Problem.notFound("There is no such audit.") }
        guard found[0].name != found[1].name else {
          throw Problem.unprocessable("same_audit", "An audit is compared with another one.")
        }
        guard let permit = comparing.permit() else {
          throw Problem.busy("comparing", "Other audits are being compared.", retryAfter: 5)
        }
        defer { withExtendedLifetime(permit) {} }
        let texts: AuditComparisons.Texts
        do {
          texts = try await comparisons.texts(of: found[0], found[1])
        } catch let fault as any Fault where fault.kind == .unusableInput {
          throw Problem.unprocessable("not_comparable", settings.plain("\(fault)") + ".")
        }
        let response = HTTPResponse(200, body: .bytes(Array(text(texts).utf8))).with("Content-Type", type)
          .with("Cache-Control", "no-cache")
        guard type.hasPrefix("text/html") else { return response }
        return response.with("Content-Security-Policy", SecurityHeaders.reportPolicy)
          .with("X-Frame-Options", "SAMEORIGIN")
      }
    ]
  }

  /// A file of results, however large: it is sent from the disk. A page runs in a sandbox.
  private func sent(_ file: String, of marker: String, _ parameter: String, type: String) -> [HTTPMethod: Endpoint] {
    [
      .get: .later { [self] request in
        let (data, wanted) = (settings.data, request.parameter(parameter))
        let found = try await disk.perform {
          Self.results(holding: marker, in: data).first { $0.name == wanted }
            .flatMap { FileContent(path: $0.folder + "/" + file) }
        }
        guard let found else { throw Problem.notFound("There is no such run.") }
        var response = HTTPResponse(200, body: .file(found)).with("Content-Type", type)
          .with("Cache-Control", "no-cache")
        response.isCompressible = true
        guard type.hasPrefix("text/html") else { return response }
        return response.with("Content-Security-Policy", SecurityHeaders.reportPolicy)
          .with("X-Frame-Options", "SAMEORIGIN")
      }
    ]
  }
}

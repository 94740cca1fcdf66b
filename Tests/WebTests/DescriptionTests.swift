import Documents
import Foundation
import Imaging
import Testing

@testable import Web

/// What is said of the server elsewhere: the description of its API, the page, the documentation.
@Suite struct DescriptionTests {
  private static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent()

  private func text(_ path: String) throws -> String {
    try String(contentsOf: Self.root.appendingPathComponent(path), encoding: .utf8)
  }

  /// Path and method of what is described, `GET /healthz`.
  private func described() throws -> Set<String> {
    let document = try JSONSerialization.jsonObject(with: Data(EmbeddedDocument.openAPI.bytes)) as? [String: Any]
    let paths = try #require(document?["paths"] as? [String: [String: Any]])
    return Set(paths.flatMap { path, methods in methods.keys.map { "\($0.uppercased()) \(path)" } })
  }

  @Test func `the API's description has every route but the page's own, and no other`() throws {
    let settings = ServerSettings(data: NSTemporaryDirectory() + UUID().uuidString, version: "test")
    let application = Application(settings, labels: nil, log: ServerLog(lowest: .error, sink: { _ in }))
    let page = Set(application.pageRoutes.map(\.pattern))
    let routes = application.router.routes.filter { !page.contains($0.pattern) }
    let served = Set(
      routes.flatMap { route in
        route.endpoints.keys.map { "\($0.name) \(route.pattern.replacing("...}", with: "}"))" }
      })
    let described = try described()
    #expect(served.subtracting(described).isEmpty && described.subtracting(served).isEmpty)
  }

  @Test func `each supported format is told wherever formats are told, and can be chosen on the page`() throws {
    let chooser = try text("Sources/Web/Page/script/upload.js")
    for format in ImageFormat.allCases { #expect(chooser.contains(format.mediaType), "\(format)") }
    for path in [
      "docs/IMAGES.md", "docs/SERVER.md", "docs/TOUR.md", "SECURITY.md", "Sources/Web/Documents/openapi.json",
      "Sources/DermGemma/LesionReader.swift",
    ] {
      let lines = try text(path).split(separator: "\n").filter { $0.contains("JPEG, PNG, WebP") }
      #expect(!lines.isEmpty, "\(path)")
      for line in lines {
        for format in ImageFormat.allCases { #expect(line.contains(format.rawValue), "\(path): \(format)") }
      }
    }
  }
}

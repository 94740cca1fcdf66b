import Dermoscopy
import Foundation
import JSON
import Records

extension RunComparison {
  /// Everything except the images on which the runs disagree.
  private struct Head: Encodable {
    struct Side: Encodable {
      var name: String
      var id: String
      var kind: String
      var state: Run.State
      var started: String
      var command: [String]
      var provenance: Run.Provenance
    }
    struct Setting: Encodable {
      var name: String
      var a: String
      var b: String
    }

    var schema = RunComparison.schema
    var a: Side
    var b: Side
    var settings: [Setting]
    var images: PairingSummary
    var metrics: PairedMetrics?
    var tests: Tests
    var cleanRate: MetricDifference
    var agreement: RunAgreement

    enum CodingKeys: String, CodingKey {
      case schema, a, b, settings, images, metrics, tests
      case cleanRate = "clean_rate"
      case agreement
    }
  }

  private struct Tests: Encodable {
    var all: [(name: String, test: McNemarTest)]

    func encode(to encoder: any Encoder) throws {
      var container = encoder.container(keyedBy: JSONKey.self)
      for one in all { try container.encode(one.test, forKey: JSONKey(one.name)) }
    }
  }

  private static func side(_ open: OpenRun) -> Head.Side {
    let run = open.run
    return Head.Side(
      name: open.name, id: run.id.text, kind: run.kind, state: run.state, started: run.started.formatted(.iso8601),
      command: run.command, provenance: run.provenance)
  }

  /// Writes one JSON object, piece by piece: `{"schema": …, "parted": […]}`.
  ///
  /// - Throws: what `write` throws, `RecordFault`, `CancellationError`.
  public func writeJSON(_ write: (String) throws -> Void) async throws {
    let head = Head(
      a: Self.side(first), b: Self.side(second),
      settings: settings.map { Head.Setting(name: $0.name, a: $0.first, b: $0.second) }, images: summary,
      metrics: figures, tests: Tests(all: tests.map { ($0.name, $0.test) } + [("clean", cleanTest)]),
      cleanRate: cleanRate, agreement: agreement)
    try write(String(try OrderedJSON.line(head).dropLast()) + #","parted":["#)
    var isFirst = true
    try await forEachDisagreement { image in
      try write((isFirst ? "\n" : ",\n") + OrderedJSON.line(image))
      isFirst = false
    }
    try write("\n]}\n")
  }
}

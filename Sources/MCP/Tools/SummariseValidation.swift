import Dermoscopy
import Digests
import Foundation
import JSON
import UseCases

/// `validation_summary`: how well the model did on a labelled set, with intervals.
enum SummariseValidation {
  /// The file that makes out a validation's results.
  static let file = "summary.json"
  /// Runs that are named.
  private static let runsNamed = 20
  private static let largestFile = 64 << 20

  static func call(_ call: ToolCall) async throws -> ToolResult {
    let object = try call.arguments.object(knowing: ["run"])
    let wanted = try object.optional("run").map { node throws(ProtocolFault) in try node.line(1...1_000) }
    let runs = try await call.host.validations()
    guard let run = wanted.map({ name in runs.first { $0.name == name } }) ?? runs.first else {
      throw ToolFailure(
        reason: "no_such_run",
        message: runs.isEmpty
          ? "There are no validations here. dermgemma validate makes them."
          : "There is no validation of this name; without a name the latest is shown, with the names of all.")
    }
    let path = run.folder + "/" + file
    let bytes = try await BlockingWork.run { _ in
      FileManager.default.contents(atPath: path).map { $0.count <= largestFile ? Array($0) : [] }
    }
    guard let bytes, let summary = try? JSONParser.parse(bytes, deepest: 64) else {
      throw ToolFailure(reason: "unusable_run", message: "The results of this validation cannot be read.")
    }
    return ToolResult([
      "run": .string(run.name), "modified": .string(run.modified.formatted(.iso8601)),
      "runs": .array(runs.prefix(runsNamed).map { .string($0.name) }),
      "scope": summary["scope"] ?? .null,
      "protocol": provenance(summary, "protocol_id"), "model": provenance(summary, "model"),
      "examined": summary["quality"]?["examined"] ?? .null, "failed": summary["quality"]?["failed"] ?? .null,
      "clean_rate": summary["quality"]?["clean_rate"] ?? .null,
      "labelled": summary["metrics"]?["overall"]?["images"] ?? .null,
      "figures": summary["metrics"]?["overall"]?["figures"] ?? .null,
      "codes": codes(summary),
    ])
  }

  private static func provenance(_ summary: JSONValue, _ key: String) -> JSONValue {
    summary["run"]?["provenance"]?[key] ?? .null
  }

  /// Each code's images and figures.
  private static func codes(_ summary: JSONValue) -> JSONValue {
    guard case .array(let codes) = summary["metrics"]?["overall"]?["codes"] else { return .array([]) }
    return .array(
      codes.map { code in
        .fields([
          "code": code["code"] ?? .null, "images": code["images"] ?? .null, "figures": code["figures"] ?? .null,
        ])
      })
  }
}

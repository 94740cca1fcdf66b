import Documents
import Foundation
import JSON

/// The definitions of the tools, which are data: `Documents/tools.json`.
struct ToolCatalogue: Sendable {
  private let definitions: [JSONValue]

  /// Reads the document, which tests hold to the tools.
  init() {
    guard case .array(let tools) = try? JSONParser.parse(EmbeddedDocument.tools.bytes, deepest: 32) else {
      definitions = []
      return
    }
    definitions = tools
  }

  /// All tools as a revision knows them.
  func tools(in revision: ProtocolRevision) -> JSONValue {
    .array(
      definitions.map { tool in
        guard case .object(let members) = tool else { return tool }
        return .object(
          members.filter { member in
            switch member.key {
            case "outputSchema", "title": revision.hasStructure
            case "annotations": revision.hasAnnotations
            default: true
            }
          })
      })
  }

  /// The schema of a tool's results.
  func outputSchema(of name: String) -> JSONValue? {
    definitions.first { $0["name"]?.string == name }?["outputSchema"]
  }
}

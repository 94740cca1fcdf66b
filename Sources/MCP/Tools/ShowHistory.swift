import Dermoscopy
import Foundation
import JSON
import Records

/// `history`: examinations that are kept, newest first, page by page.
enum ShowHistory {
  static let (usual, longest) = (10, 50)

  static func call(_ call: ToolCall) async throws -> ToolResult {
    let object = try call.arguments.object(knowing: ["image", "code", "limit", "cursor"])
    let limit =
      try object.optional("limit").map { node throws(ProtocolFault) in try node.integer(1...longest) } ?? usual
    var query = RecordQuery()
    query.imageName = try object.optional("image").map { node throws(ProtocolFault) in
      try node.line(ToolCall.nameLength)
    }
    query.code = try object.optional("code").map { node throws(ProtocolFault) in try node.choice(of: LesionCode.self) }
    let cursor = try object.optional("cursor").map { node throws(ProtocolFault) in
      RecordCursor(try node.line(1...1_000))
    }
    guard let store = try await call.host.history() else { throw ToolFailure.noHistory }
    let page: RecordPage<StoredExamination>
    do throws(RecordFault) {
      page = try await store.examinations(matching: query, limit: limit, after: cursor)
    } catch {
      switch error {
      case .badCursor:
        throw ToolFailure.badArguments("cursor is not one of this list; leave it out for the first page.")
      case .cancelled: throw CancellationError()
      default: throw error
      }
    }
    return ToolResult([
      "examinations": .array(page.elements.map(entry)), "next": .text(page.next?.text),
    ])
  }

  private static func entry(_ kept: StoredExamination) -> JSONValue {
    .fields([
      "examination_id": .string(kept.id.text), "finished": .string(kept.finished.formatted(.iso8601)),
      "image": .string(kept.imageName), "code": .text(kept.report?.diagnosis?.code.rawValue),
      "probabilities": ReadLesion.probabilities(kept.report?.diagnosis),
      "flags": .array(kept.flags.map { .string($0.rawValue) }), "error": .text(kept.failure?.message),
    ])
  }
}

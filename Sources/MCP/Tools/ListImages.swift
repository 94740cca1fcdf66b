import Dermoscopy
import JSON

/// `list_images`: the names that can be read, page by page.
enum ListImages {
  static let (usual, longest) = (50, 200)

  static func call(_ call: ToolCall) async throws -> ToolResult {
    let object = try call.arguments.object(knowing: ["contains", "limit", "cursor"])
    let limit =
      try object.optional("limit").map { node throws(ProtocolFault) in try node.integer(1...longest) } ?? usual
    let wanted = try object.optional("contains").map { node throws(ProtocolFault) in try node.line(1...200) }
    var names = try await call.host.imageNames()
    if let wanted { names = names.filter { $0.localizedCaseInsensitiveContains(wanted) } }
    let page = try NamePage(
      names, limit: limit,
      after: try object.optional("cursor").map { node throws(ProtocolFault) in try node.line(1...8_192) })
    return ToolResult([
      "images": .array(page.names.map { .string($0) }), "count": .integer(names.count), "next": .text(page.next),
    ])
  }
}

/// A page of names that are in their order; it goes on after the last one, whatever came or went meanwhile.
struct NamePage {
  let names: ArraySlice<String>
  /// Where the next page begins; `nil` on the last.
  let next: String?

  private static let mark = "after:"

  init(_ all: [String], limit: Int, after cursor: String?) throws(ToolFailure) {
    var rest = all[...]
    if let cursor {
      guard cursor.hasPrefix(Self.mark), let bytes = Base64.bytes(of: String(cursor.dropFirst(Self.mark.count))),
        let last = String(validating: bytes, as: UTF8.self)
      else { throw .badArguments("cursor is not one of this list; leave it out for the first page.") }
      let start = all.firstIndex(of: last).map { $0 + 1 } ?? all.firstIndex { $0 > last } ?? all.endIndex
      rest = all[start...]
    }
    names = rest.prefix(limit)
    next = rest.count > limit ? names.last.map { Self.mark + Base64.text(of: Array($0.utf8)) } : nil
  }
}

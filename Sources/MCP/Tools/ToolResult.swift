import Foundation
import JSON

/// What a tool gives: an object that its `outputSchema` describes, and perhaps a picture and links.
struct ToolResult: Sendable {
  /// Said once in every result.
  static let notice = "For research; not a diagnosis."

  /// A resource that says more.
  struct Link: Sendable {
    var uri: LesionResource
    var title: String
    var mediaType: String
  }

  /// Without the notice, which is added.
  var structured: [JSONMember]
  /// A JPEG without metadata.
  var picture: [UInt8]?
  var links: [Link] = []

  init(_ structured: KeyValuePairs<String, JSONValue>, picture: [UInt8]? = nil, links: [Link] = []) {
    self.structured = JSONValue.members(structured)
    self.picture = picture
    self.links = links
  }

  /// The result as a revision spells it.
  ///
  /// All text is in one JSON document: what files, pictures and the model say is a value under a key there, and never part of
  /// a sentence of ours.
  func json(in revision: ProtocolRevision) -> JSONValue {
    let document = JSONValue.object(JSONValue.members(["notice": .string(Self.notice)]) + structured)
    var content: [JSONValue] = [.fields(["type": .string("text"), "text": .string(document.text)])]
    if let picture {
      content.append(
        .fields([
          "type": .string("image"), "data": .string(Data(picture).base64EncodedString()),
          "mimeType": .string("image/jpeg"),
        ]))
    }
    guard revision.hasStructure else {
      return .fields(["content": .array(content), "isError": .bool(false)])
    }
    content += links.map { link in
      .fields([
        "type": .string("resource_link"), "uri": .string(link.uri.text), "name": .string(link.title),
        "mimeType": .string(link.mediaType),
      ])
    }
    return .fields(["content": .array(content), "structuredContent": document, "isError": .bool(false)])
  }

  /// A failure as a result.
  static func json(_ failure: ToolFailure) -> JSONValue {
    let document = JSONValue.fields([
      "notice": .string(notice),
      "error": .fields(["reason": .string(failure.reason), "message": .string(failure.message)]),
    ])
    return .fields([
      "content": .array([.fields(["type": .string("text"), "text": .string(document.text)])]), "isError": .bool(true),
    ])
  }
}

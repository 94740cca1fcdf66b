import Foundation
import JSON
import Records

/// Resources: pictures and kept examinations, by their addresses.
extension MCPServer {
  static let templates = JSONValue.array(
    LesionResource.templates.map { template in
      .fields([
        "uriTemplate": .string(template.uri), "name": .string(template.title), "mimeType": .string(template.mediaType),
      ])
    })

  /// A page of the pictures that can be chosen. Examinations are listed by the tool `history`.
  func resources(after cursor: JSONValue?) async throws -> JSONValue {
    do {
      if let cursor, cursor.string == nil { throw ToolFailure.badArguments("cursor must be a string") }
      let page = try NamePage(try await host.imageNames(), limit: Self.resourcesOnPage, after: cursor?.string)
      var members = JSONValue.members([
        "resources": .array(
          page.names.map { name in
            .fields([
              "uri": .string(LesionResource.image(name).text), "name": .string(name), "mimeType": .string("image/jpeg"),
            ])
          })
      ])
      if let next = page.next { members.append(JSONMember(key: "nextCursor", value: .string(next))) }
      return .object(members)
    } catch {
      throw Self.fault(error)
    }
  }

  /// The contents of a resource.
  func resource(_ request: JSONRPCRequest, _ context: Context) async throws -> JSONValue {
    guard let text = request.params["uri"]?.string else { throw JSONRPCFault(.invalidParams, "uri must be a string") }
    let missing = JSONRPCFault(
      context.revision.hasHandshake ? .resourceNotFound : .invalidParams, "Resource not found",
      data: .fields(["uri": .string(String(text.prefix(4_096)))]))
    guard let resource = LesionResource(text) else { throw missing }
    var contents = JSONValue.members(["uri": .string(resource.text)])
    do {
      switch resource {
      case .image(let name):
        let picture = try await host.picture(named: name, frame: nil)
        let bytes = try await host.smaller(picture, side: Self.resourceSide)
        contents += JSONValue.members([
          "mimeType": .string("image/jpeg"), "blob": .string(Data(bytes).base64EncodedString()),
        ])
      case .examination(let id):
        guard let report = try await host.history()?.examination(id)?.report else { throw missing }
        contents += JSONValue.members([
          "mimeType": .string("application/json"), "text": .string(try report.json()),
        ])
      }
    } catch let failure as ToolFailure where failure == .noSuchImage {
      throw missing
    } catch {
      throw Self.fault(error)
    }
    return .fields(["contents": .array([.object(contents)])])
  }

  /// An error of a request that is no tool's.
  static func fault(_ error: any Error) -> any Error {
    if error is JSONRPCFault { return error }
    guard let failure = ToolFailure(error) else { return error }
    return JSONRPCFault(failure.reason == "bad_arguments" ? .invalidParams : .internalError, failure.message)
  }
}

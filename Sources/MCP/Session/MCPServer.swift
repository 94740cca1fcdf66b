import Dermoscopy
import Documents
import Foundation
import JSON

/// The methods of the protocol, over a host: what a request is answered with, whichever way it came.
public struct MCPServer: Sendable {
  /// Requests of one conversation that may be under way.
  public static let requestsAtOnce = 64
  /// Resources on a page of a list.
  static let resourcesOnPage = 100
  /// The longer side of a picture that is read as a resource, in pixels.
  static let resourceSide = 1_024
  /// How long a list may be kept by a client, in milliseconds; the tools never change while the program runs.
  private static let (toolsKept, imagesKept) = (3_600_000, 5_000)

  let host: any LesionHost
  let catalogue: ToolCatalogue

  /// A server.
  ///
  /// - Parameter host: what the tools work with.
  public init(_ host: any LesionHost) {
    self.host = host
    catalogue = ToolCatalogue()
  }

  /// What a request brings with it.
  struct Context: Sendable {
    var revision: ProtocolRevision
    /// Whose turn it is in the host's queue.
    var client: String
    /// Sends a notification that belongs to the request.
    var notify: @Sendable (JSONValue) -> Void
  }

  // MARK: The beginning

  /// The answer to `initialize`, and the revision that is agreed on.
  func initialized(_ params: JSONValue) throws(JSONRPCFault) -> (result: JSONValue, revision: ProtocolRevision) {
    guard let asked = params["protocolVersion"]?.string else {
      throw JSONRPCFault(.invalidParams, "protocolVersion must be a string")
    }
    let known = ProtocolRevision(rawValue: asked).flatMap { $0.hasHandshake ? $0 : nil }
    let revision = known ?? .latestHandshake
    let result = JSONValue.fields([
      "protocolVersion": .string(revision.rawValue), "capabilities": Self.capabilities,
      "serverInfo": information(titled: revision.hasStructure), "instructions": .string(Self.instructions),
    ])
    return (result, revision)
  }

  /// The answer to `server/discover`.
  private var discovered: JSONValue {
    .fields([
      "supportedVersions": .array(ProtocolRevision.allCases.reversed().map { .string($0.rawValue) }),
      "capabilities": Self.capabilities, "instructions": .string(Self.instructions),
    ])
  }

  private static let capabilities = JSONValue.fields([
    "tools": .fields(["listChanged": .bool(false)]),
    "resources": .fields(["subscribe": .bool(false), "listChanged": .bool(false)]),
  ])

  private static let instructions = String(decoding: EmbeddedDocument.toolInstructions.bytes, as: UTF8.self)
    .trimmingCharacters(in: .whitespacesAndNewlines)

  private func information(titled: Bool) -> JSONValue {
    var members = JSONValue.members(["name": .string("dermgemma"), "version": .string(host.version)])
    if titled { members.append(JSONMember(key: "title", value: .string("DermGemma"))) }
    return .object(members)
  }

  // MARK: Requests

  /// The result of a request other than `initialize`.
  ///
  /// - Throws: ``JSONRPCFault``; `CancellationError` when the request was cancelled.
  func result(of request: JSONRPCRequest, in context: Context) async throws -> JSONValue {
    let isModern = !context.revision.hasHandshake
    switch request.method {
    case "server/discover" where isModern: return stamped(discovered, keptFor: Self.toolsKept, context)
    case "ping" where !isModern: return .object([])
    case "tools/list":
      try noCursor(request)
      return stamped(
        .fields(["tools": catalogue.tools(in: context.revision)]), keptFor: Self.toolsKept, context)
    case "tools/call": return stamped(try await call(request, context), context)
    case "resources/list":
      return stamped(try await resources(after: request.params["cursor"]), keptFor: Self.imagesKept, context)
    case "resources/templates/list":
      try noCursor(request)
      return stamped(.fields(["resourceTemplates": Self.templates]), keptFor: Self.toolsKept, context)
    case "resources/read": return stamped(try await resource(request, context), keptFor: 0, context)
    default: throw JSONRPCFault(.methodNotFound, "Method not found")
    }
  }

  /// Each of these lists has one page.
  private func noCursor(_ request: JSONRPCRequest) throws(JSONRPCFault) {
    guard request.params["cursor"] == nil else { throw JSONRPCFault(.invalidParams, "cursor is not one of this list") }
  }

  /// A result with what the newest revision wants in each: its type, who answered, and how long it may be kept.
  private func stamped(_ result: JSONValue, keptFor milliseconds: Int? = nil, _ context: Context) -> JSONValue {
    guard !context.revision.hasHandshake, case .object(var members) = result else { return result }
    members.append(JSONMember(key: "resultType", value: .string("complete")))
    if let milliseconds {
      members += JSONValue.members(["ttlMs": .integer(milliseconds), "cacheScope": .string("private")])
    }
    members += JSONValue.members([
      "_meta": .fields(["io.modelcontextprotocol/serverInfo": information(titled: true)])
    ])
    return .object(members)
  }

  private func call(_ request: JSONRPCRequest, _ context: Context) async throws -> JSONValue {
    guard let name = request.params["name"]?.string else {
      throw JSONRPCFault(.invalidParams, "name must be a string")
    }
    let arguments = request.params["arguments"] ?? .object([])
    guard case .object = arguments else { throw JSONRPCFault(.invalidParams, "arguments must be an object") }
    do {
      guard let tool = LesionTool(rawValue: name) else {
        let names = LesionTool.allCases.map(\.rawValue).joined(separator: ", ")
        throw ToolFailure(reason: "no_such_tool", message: "There is no tool of this name. The tools are \(names).")
      }
      let progress = ProgressSender(request, context)
      let call = ToolCall(
        arguments: DocumentNode(value: arguments, document: "arguments"), host: host, client: context.client
      ) { done, total, message in
        progress.send(done, of: total, message)
      }
      return try await tool.call(call).json(in: context.revision)
    } catch {
      try Task.checkCancellation()
      guard let failure = ToolFailure(error) else { throw error }
      return ToolResult.json(failure)
    }
  }
}

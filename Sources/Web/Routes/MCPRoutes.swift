import MCP

/// The Model Context Protocol over Streamable HTTP, for agents.
extension Application {
  var mcpRoutes: [Route] {
    [
      Route(
        "/mcp",
        [
          .post: .later(.accepted([.message])) { [self] in try await takeMessage($0) },
          .delete: .now { [self] in try endConversation($0) },
        ])
    ]
  }

  private static let session = "Mcp-Session-Id"

  private func takeMessage(_ request: HTTPRequest) async throws -> HTTPResponse {
    guard case .bytes(let bytes) = request.body else { throw Problem.badRequest("A body is missing.") }
    let fields = request.head.fields
    switch await mcp.answer(.init(client: request.head.client, body: bytes) { fields.values($0) }) {
    case .accepted: return HTTPResponse(202)
    case .document(let status, let text, let session):
      try Task.checkCancellation()
      let response = HTTPResponse.json(text, status: status).with("Cache-Control", "no-store")
      return session.map { response.with(Self.session, $0) } ?? response
    case .stream(let run):
      let feed = EventFeed()
      let work = Task {
        await run { feed.append(Array("event: message\ndata: \($0)\n\n".utf8)) }
        feed.complete()
      }
      // Nobody could get the answer any more.
      feed.onAbandoned { work.cancel() }
      return HTTPResponse(200, body: .events(feed, after: 0)).with("Content-Type", "text/event-stream")
        .with("Cache-Control", "no-store").with("X-Accel-Buffering", "no")
    }
  }

  private func endConversation(_ request: HTTPRequest) throws -> HTTPResponse {
    guard let session = request.head.fields[Self.session.lowercased()] else {
      throw Problem.badRequest("The header \(Self.session) is missing.")
    }
    guard mcp.end(session: session) else { throw Problem.notFound("There is no such session.") }
    return HTTPResponse(204)
  }
}

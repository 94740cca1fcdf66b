import Foundation
import Imaging
import TestModels
import Testing

@testable import Web

/// The Model Context Protocol over HTTP: the server's own limits, tokens and checks, its queue and its history.
@Suite(.timeLimit(.minutes(5))) struct MCPRouteTests {
  private static let modern = [
    "MCP-Protocol-Version": "2026-07-28", "Accept": "application/json, text/event-stream",
  ]
  private static let meta =
    #""_meta": {"io.modelcontextprotocol/protocolVersion": "2026-07-28", "io.modelcontextprotocol/clientCapabilities": {}, "progressToken": 1}"#

  private func call(_ tool: String, _ arguments: String, id: Int = 1, _ meta: String = "") -> String {
    #"{"jsonrpc": "2.0", "id": \#(id), "method": "tools/call", "params": {"name": "\#(tool)", "arguments": \#(arguments)\#(meta)}}"#
  }

  /// The messages of a stream of events.
  private func messages(_ answer: RawAnswer) throws -> [[String: Any]] {
    try answer.text.split(separator: "\n").filter { $0.hasPrefix("data: ") }.compactMap { line in
      try JSONSerialization.jsonObject(with: Data(line.dropFirst(6).utf8)) as? [String: Any]
    }
  }

  @Test func `a tool is called without a handshake, tells its phases, and its examination is in the history`()
    async throws
  {
    try await TestServer.run { server async throws in
      let fields = Self.modern.merging(["Mcp-Method": "tools/call", "Mcp-Name": "read_lesion"]) { $1 }
      let answer = try await server.post(
        "/mcp", json: call("read_lesion", #"{"image": "a b.png"}"#, ", " + Self.meta), fields)
      #expect(
        answer.status == 200 && answer.fields["content-type"] == "text/event-stream", "\(answer.text.prefix(300))")
      let messages = try messages(answer)
      #expect(messages.dropLast().allSatisfy { $0["method"] as? String == "notifications/progress" })
      let result = try #require(messages.last?["result"] as? [String: Any])
      #expect(result["resultType"] as? String == "complete" && result["isError"] as? Bool == false)
      let structured = try #require(result["structuredContent"] as? [String: Any])
      let id = try #require(structured["examination_id"] as? String)
      #expect(try await server.get("/api/examinations/\(id)").status == 200)
    }
  }

  @Test func `a client of the handshake gets a session, and may send a picture in its call`() async throws {
    try await TestServer.run { server async throws in
      let hello =
        #"{"jsonrpc": "2.0", "id": 0, "method": "initialize", "params": {"protocolVersion": "2025-06-18", "capabilities": {}}}"#
      let begun = try await server.post("/mcp", json: hello)
      let session = try #require(begun.fields["mcp-session-id"])
      let fields = ["Mcp-Session-Id": session, "MCP-Protocol-Version": "2025-06-18"]
      let initialized = #"{"jsonrpc": "2.0", "method": "notifications/initialized"}"#
      #expect(try await server.post("/mcp", json: initialized, fields).status == 202)
      // Larger than other bodies of JSON may be.
      let padding = String(repeating: " ", count: server.server.application.settings.limits.documentBytes)
      let inline = Data(try TestServer.picture()).base64EncodedString()
      let read = try await server.post(
        "/mcp", json: padding + call("read_lesion", #"{"image_base64": "\#(inline)"}"#), fields)
      #expect(read.status == 200 && read.text.contains(#""isError":false"#), "\(read.text.prefix(300))")
      #expect(read.fields["content-type"] == "application/json")
      #expect(server.server.application.uploads.uploads.count == 1)
      #expect(try await server.send("DELETE", "/mcp", fields, []).status == 204)
      #expect(try await server.post("/mcp", json: initialized, fields).status == 404)
      #expect(try await server.send("DELETE", "/mcp", fields, []).status == 404)
      #expect(try await server.send("DELETE", "/mcp", [:], []).status == 400)
    }
  }

  @Test func `what is refused elsewhere is refused here`() async throws {
    var setting = TestServer.Setting()
    setting.change = { settings in
      settings.token = AccessToken("a-token-of-more-than-enough-characters")
      settings.limits.uploadBytes = 1_000
    }
    try await TestServer.run(setting) { server async throws in
      let ping = #"{"jsonrpc": "2.0", "id": 1, "method": "ping"}"#
      let token = ["Authorization": "Bearer a-token-of-more-than-enough-characters"]
      #expect(try await server.post("/mcp", json: ping).status == 401)
      #expect(try await server.post("/mcp", json: ping, token).status == 200)
      #expect(
        try await server.post("/mcp", json: ping, token.merging(["Origin": "https://evil.example"]) { $1 }).status
          == 403)
      #expect(try await server.post("/mcp", json: ping, token.merging(["Host": "evil.example"]) { $1 }).status == 421)
      #expect(
        try await server.post("/mcp", json: ping, token.merging(["Content-Type": "text/plain"]) { $1 }).status == 415)
      #expect(try await server.get("/mcp", token).status == 405)
      let long = String(repeating: " ", count: server.server.application.settings.limits.messageBytes) + ping
      #expect(try await server.post("/mcp", json: long, token).status == 413)
    }
  }

  @Test func `errors of the protocol have their codes and statuses`() async throws {
    try await TestServer.run { server async throws in
      let enveloped = #"{"jsonrpc": "2.0", "id": 1, "method": "tools/list", "params": {\#(Self.meta)}}"#
      let right = Self.modern.merging(["Mcp-Method": "tools/list"]) { $1 }
      let cases: [(body: String, fields: [String: String], status: Int, code: Int?)] = [
        (enveloped, right, 200, nil), (enveloped, Self.modern, 400, -32_020), (enveloped, [:], 400, -32_020),
        (enveloped, right.merging(["Mcp-Method": "tools/call"]) { $1 }, 400, -32_020),
        (#"{"jsonrpc": "2.0", "id": 1, "method": "tools/list"}"#, Self.modern, 400, -32_602),
        (#"{"jsonrpc": "2.0", "id": 1, "method": "tools/list"}"#, ["MCP-Protocol-Version": "1999-01-01"], 400, -32_022),
        (#"{"jsonrpc": "2.0", "id": 1, "method": "tools/list"}"#, [:], 200, nil),
        (#"{"jsonrpc": "2.0", "id": 1, "method": "none"}"#, [:], 404, -32_601), ("{", [:], 400, -32_700),
        ("[]", [:], 400, -32_600), ("[5]", [:], 400, nil), ("5", [:], 400, -32_600),
        (#"{"jsonrpc": "2.0", "id": 1, "method": "ping"}"#, ["Mcp-Session-Id": "none"], 404, -32_001),
        (#"{"jsonrpc": "2.0", "method": "notifications/x"}"#, Self.modern, 202, nil),
      ]
      for (body, fields, status, code) in cases {
        let answer = try await server.post("/mcp", json: body, fields)
        let document = try? JSONSerialization.jsonObject(with: Data(answer.body)) as? [String: Any]
        #expect(answer.status == status, "\(body) \(fields): \(answer.text)")
        #expect((document?["error"] as? [String: Any])?["code"] as? Int == code, "\(body): \(answer.text)")
      }
    }
  }

  @Test func `a session cancels its own request, and who leaves a stream cancels its job`() async throws {
    try await TestServer.run(.hanging) { server async throws in
      let hello = #"{"jsonrpc": "2.0", "id": 0, "method": "initialize", "params": {"protocolVersion": "2025-11-25"}}"#
      let session = try #require(try await server.post("/mcp", json: hello).fields["mcp-session-id"])
      let application = server.server.application
      func running(_ count: Int) async throws {
        while application.jobs.depth.running != count { try await Task.sleep(for: .milliseconds(5)) }
      }
      let read = call("read_lesion", #"{"image": "a b.png"}"#, id: 7)
      async let cancelled = server.post("/mcp", json: read, ["Mcp-Session-Id": session])
      try await running(1)
      let cancel = #"{"jsonrpc": "2.0", "method": "notifications/cancelled", "params": {"requestId": 7}}"#
      // Another's cancellation of the same id does nothing.
      #expect(try await server.post("/mcp", json: cancel).status == 202)
      #expect(application.jobs.depth.running == 1)
      #expect(try await server.post("/mcp", json: cancel, ["Mcp-Session-Id": session]).status == 202)
      let ended = try await cancelled
      #expect(ended.text.contains("-32800"), "\(ended.text)")
      try await running(0)

      do {
        let socket = try RawSocket(port: server.port)
        let head =
          "POST /mcp HTTP/1.1\r\nHost: 127.0.0.1:\(server.port)\r\nContent-Type: application/json\r\n"
          + "Accept: text/event-stream\r\nContent-Length: \(read.utf8.count)\r\n\r\n"
        socket.send(Array((head + read).utf8))
        try await running(1)
      }
      try await running(0)
    }
  }
}

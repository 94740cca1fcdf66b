import JSON
import Testing

@testable import MCP

/// How a conversation begins, in each revision.
@Suite(.timeLimit(.minutes(5))) struct HandshakeTests {
  static let handshakes = ProtocolRevision.allCases.filter(\.hasHandshake)
  static let meta =
    #""_meta": {"io.modelcontextprotocol/protocolVersion": "2026-07-28", "io.modelcontextprotocol/clientCapabilities": {}}"#

  @Test(arguments: handshakes) func `initialize agrees on the revision that is asked for`(
    _ revision: ProtocolRevision
  ) async throws {
    try await TestHost.run { test async throws in
      let client = Client(test.host)
      let answer = try await client.ask(
        1, "initialize", #"{"protocolVersion": "\#(revision.rawValue)", "capabilities": {}}"#)
      #expect(answer["result"]?["protocolVersion"]?.string == revision.rawValue)
      #expect(answer["result"]?["serverInfo"]?["name"]?.string == "dermgemma")
      #expect(answer["result"]?["resultType"] == nil)
      let tools = try await client.ask(2, "tools/list")["result"]?["tools"]?.elements ?? []
      #expect(tools.compactMap { $0["name"]?.string } == LesionTool.allCases.map(\.rawValue))
      #expect(tools.allSatisfy { ($0["outputSchema"] != nil) == revision.hasStructure })
      #expect(tools.allSatisfy { ($0["annotations"] != nil) == revision.hasAnnotations })
      #expect(try await client.ask(3, "ping")["result"] == .object([]))
      let result = try await client.call("list_images")
      #expect((result["structuredContent"] != nil) == revision.hasStructure)
      let links = try await client.call("read_lesion", #"{"image": "a b.png"}"#)["content"]?.elements ?? []
      #expect(links.contains { $0["type"]?.string == "resource_link" } == revision.hasStructure)
      #expect(try await client.end().isEmpty)
    }
  }

  @Test(arguments: ["2026-07-28", "1.0", ""])
  func `a revision that initialize cannot have is answered with the latest that it can`(
    _ asked: String
  ) async throws {
    try await TestHost.run { test async throws in
      let answer = try await Client(test.host).ask(1, "initialize", #"{"protocolVersion": "\#(asked)"}"#)
      #expect(answer["result"]?["protocolVersion"]?.string == "2025-11-25")
    }
  }

  @Test func `in 2026-07-28 every request says its revision, and every result its type`() async throws {
    try await TestHost.run { test async throws in
      let client = Client(test.host)
      let discovered = try await client.ask(1, "server/discover", "{\(Self.meta)}")
      let versions = discovered["result"]?["supportedVersions"]?.elements.compactMap(\.string)
      #expect(versions == ["2026-07-28", "2025-11-25", "2025-06-18", "2025-03-26", "2024-11-05"])
      #expect(discovered["result"]?["resultType"]?.string == "complete")
      let listed = try await client.ask(2, "tools/list", "{\(Self.meta)}")
      #expect(listed["result"]?["resultType"]?.string == "complete" && listed["result"]?["ttlMs"] != nil)
      let called = try await client.ask(3, "tools/call", #"{"name": "list_images", \#(Self.meta)}"#)
      #expect(called["result"]?["resultType"]?.string == "complete")
      #expect(called["result"]?["structuredContent"]?["count"] == .integer(5))
      #expect(try await client.ask(4, "tools/list").code == -32_602)
      #expect(try await client.ask(5, "ping", "{\(Self.meta)}").code == -32_601)
      let late = try await client.ask(6, "initialize", #"{"protocolVersion": "2025-11-25"}"#)
      #expect(late.code == -32_022)
    }
  }

  @Test func `what does not begin a conversation is told how to begin one`() async throws {
    try await TestHost.run { test async throws in
      let client = Client(test.host)
      #expect(try await client.ask(1, "tools/list").code == -32_600)
      #expect(try await client.ask(2, "ping")["result"] == .object([]))
      #expect(try await client.ask(3, "server/discover").code == -32_602)
      let future = Self.meta.replacing("2026-07-28", with: "2031-01-01")
      let refused = try await client.ask(4, "tools/list", "{\(future)}")
      #expect(refused.code == -32_022 && refused["error"]?["data"]?["requested"]?.string == "2031-01-01")
      // None of it decided anything.
      let begun = try await client.ask(5, "initialize", #"{"protocolVersion": "2025-06-18"}"#)
      #expect(begun["result"]?["protocolVersion"]?.string == "2025-06-18")
      #expect(try await client.ask(6, "initialize", #"{"protocolVersion": "2025-06-18"}"#).code == -32_600)
      #expect(try await client.ask(7, "tools/list", "{\(Self.meta)}").code == -32_600)
    }
  }
}

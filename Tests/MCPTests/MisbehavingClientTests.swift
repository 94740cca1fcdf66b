import JSON
import TestModels
import Testing

@testable import MCP

/// Clients that break the protocol, or change their mind.
@Suite(.timeLimit(.minutes(5))) struct MisbehavingClientTests {
  static let lines: [(line: String, code: Int, id: JSONValue)] = [
    ("lesion", -32_700, .null), (#"{"jsonrpc": "2.0", "id": 1"#, -32_700, .null), ("\u{0}", -32_700, .null),
    (#"{"jsonrpc": "2.0", "id": 7, "id": 8, "method": "ping"}"#, -32_700, .null),
    (String(repeating: "[", count: 10_000), -32_700, .null), ("7", -32_600, .null), ("null", -32_600, .null),
    (#"{"id": 3, "method": "ping"}"#, -32_600, .integer(3)),
    (#"{"jsonrpc": "1.0", "id": 4, "method": "ping"}"#, -32_600, .integer(4)),
    (#"{"jsonrpc": "2.0", "id": null, "method": "ping"}"#, -32_600, .null),
    (#"{"jsonrpc": "2.0", "id": 1.5, "method": "ping"}"#, -32_600, .null),
    (#"{"jsonrpc": "2.0", "id": {"a": 1}, "method": "ping"}"#, -32_600, .null),
    (#"{"jsonrpc": "2.0", "id": 5, "method": 6}"#, -32_600, .integer(5)),
    (#"{"jsonrpc": "2.0", "id": 5}"#, -32_600, .integer(5)),
    (#"{"jsonrpc": "2.0", "id": 6, "method": "ping", "params": [1]}"#, -32_600, .integer(6)),
    (#"{"jsonrpc": "2.0", "id": "x", "method": "lesions/steal"}"#, -32_601, .string("x")),
    (#"{"jsonrpc": "2.0", "id": 8, "method": "prompts/list"}"#, -32_601, .integer(8)),
    (#"{"jsonrpc": "2.0", "id": 9, "method": "tools/call"}"#, -32_602, .integer(9)),
    (
      #"{"jsonrpc": "2.0", "id": 9, "method": "tools/call", "params": {"name": "ask", "arguments": 3}}"#, -32_602,
      .integer(9)
    ),
    (#"{"jsonrpc": "2.0", "id": 9, "method": "tools/list", "params": {"cursor": "x"}}"#, -32_602, .integer(9)),
    (#"{"jsonrpc": "2.0", "id": 9, "method": "resources/list", "params": {"cursor": 5}}"#, -32_602, .integer(9)),
    (
      #"{"jsonrpc": "2.0", "id": 9, "method": "resources/read", "params": {"uri": "file:///etc/passwd"}}"#, -32_002,
      .integer(9)
    ),
    (
      #"{"jsonrpc": "2.0", "id": 9, "method": "resources/read", "params": {"uri": "dermgemma://image/..%2Fsecret.png"}}"#,
      -32_002, .integer(9)
    ),
    ("[]", -32_600, .null), (#"[{"jsonrpc": "2.0", "id": 1, "method": "ping"}]"#, -32_600, .null),
  ]

  @Test func `each broken line is answered with its error, and the conversation goes on`() async throws {
    try await TestHost.run { test async throws in
      let client = try await Client.agreed(test.host)
      for (line, code, id) in Self.lines {
        client.send(line)
        let answer = try await client.hear()
        #expect(answer.code == code && answer["id"] == id, "\(line.prefix(100)): \(answer.text)")
      }
      client.send(.tooLong(limit: 96 << 20))
      #expect(try await client.hear()["error"]?["message"]?.string == "the line is longer than 96 MiB")
      // What is owed no answer: blank lines, answers, notifications, a cancellation of nothing.
      for line in [
        "", "  \r", #"{"jsonrpc": "2.0", "id": 1, "result": {}}"#,
        #"{"jsonrpc": "2.0", "method": "notifications/lesion"}"#,
        #"{"jsonrpc": "2.0", "method": "notifications/cancelled", "params": {"requestId": 4711}}"#,
        #"{"jsonrpc": "2.0", "method": "notifications/cancelled"}"#,
      ] { client.send(line) }
      client.send(#"{"jsonrpc": "2.0", "id": 10, "method": "ping"}"#)
      #expect(try await client.hear()["id"] == .integer(10))
      #expect(try await client.end().isEmpty)
    }
  }

  @Test func `an id is used once at a time, and a cancelled request has no answer`() async throws {
    try await TestHost.run(answer: { _ in .hangs }) { test async throws in
      let client = try await Client.agreed(test.host)
      let call =
        #"{"jsonrpc": "2.0", "id": 7, "method": "tools/call", "params": {"name": "ask", "arguments": {"prompt": "x"}}}"#
      client.send(call)
      client.send(call)
      let twice = try await client.hear()
      #expect(
        twice.code == -32_600 && twice["error"]?["message"]?.string == "another request with this id is under way")
      client.send(#"{"jsonrpc": "2.0", "method": "notifications/cancelled", "params": {"requestId": "7"}}"#)
      client.send(
        #"{"jsonrpc": "2.0", "method": "notifications/cancelled", "params": {"requestId": 7, "reason": "enough"}}"#)
      // It is over when its id is free again.
      #expect(try await client.ask(8, "ping")["result"] == .object([]))
      #expect(try await client.end().isEmpty)
    }
  }

  @Test func `too many requests are refused while others are under way`() async throws {
    try await TestHost.run(answer: { _ in .hangs }) { test async throws in
      let client = try await Client.agreed(test.host)
      let count = MCPServer.requestsAtOnce
      for id in 0...count {
        client.send(
          #"{"jsonrpc": "2.0", "id": \#(id), "method": "tools/call", "params": {"name": "ask", "arguments": {"prompt": "x"}}}"#
        )
      }
      #expect(try await client.hear().code == -32_000)
      for id in 0...count {
        client.send(#"{"jsonrpc": "2.0", "method": "notifications/cancelled", "params": {"requestId": \#(id)}}"#)
      }
      _ = try await client.end()
    }
  }

  @Test func `a batch belongs to 2025-03-26, and is answered as one`() async throws {
    try await TestHost.run { test async throws in
      let client = try await Client.agreed(on: .march2025, test.host)
      client.send(
        #"[{"jsonrpc": "2.0", "id": 1, "method": "ping"}, {"jsonrpc": "2.0", "method": "notifications/x"}, 5, {"jsonrpc": "2.0", "id": 2, "method": "none"}]"#
      )
      let answers = try await client.hear().elements
      #expect(answers.map { $0["id"] } == [.integer(1), .null, .integer(2)])
      #expect(answers.map(\.code) == [nil, -32_600, -32_601])
      client.send("[]")
      #expect(try await client.hear().code == -32_600)
      client.send(#"[{"jsonrpc": "2.0", "method": "notifications/x"}]"#)
      #expect(try await client.end().isEmpty)
    }
  }
}

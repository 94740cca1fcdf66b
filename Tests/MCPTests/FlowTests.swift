import JSON
import Testing

@testable import MCP

/// Progress, pages, and the end of the input.
@Suite(.timeLimit(.minutes(5))) struct FlowTests {
  @Test func `progress is told phase by phase, only grows, and only where it was asked for`() async throws {
    try await TestHost.run { test async throws in
      let client = try await Client.agreed(test.host)
      client.send(
        #"{"jsonrpc": "2.0", "id": 5, "method": "tools/call", "params": {"name": "compare", "arguments": {"images": ["a b.png", "five.png"]}, "_meta": {"progressToken": "t"}}}"#
      )
      var done: [Double] = []
      var words: [String] = []
      while true {
        let message = try await client.hear()
        guard message["method"]?.string == "notifications/progress" else {
          #expect(
            message["id"] == .integer(5) && message["result"]?["isError"] == .bool(false), "\(message.text.prefix(200))"
          )
          break
        }
        let params = try #require(message["params"])
        #expect(params["progressToken"]?.string == "t" && params["total"] == .number("1.0"))
        if case .number(let digits) = params["progress"] { done.append(Double(digits) ?? -1) }
        words.append(params["message"]?.string ?? "")
      }
      #expect(done == done.sorted() && Set(done).count == done.count && done.allSatisfy((0..<1).contains))
      #expect(
        Set(words).isSubset(of: [
          "Looking at the picture", "Phase 1: observations", "Phase 2: description", "Phase 3: classification",
        ]))
      #expect(!done.isEmpty)
      client.send(
        #"{"jsonrpc": "2.0", "id": 6, "method": "tools/call", "params": {"name": "read_lesion", "arguments": {"image": "a b.png"}}}"#
      )
      #expect(try await client.hear()["id"] == .integer(6))
      _ = try await client.end()
    }
  }

  @Test func `pages of images go on after the last name, to the end`() async throws {
    try await TestHost.run { test async throws in
      let client = try await Client.agreed(test.host)
      var names: [String] = []
      var cursor = ""
      for _ in 0..<3 {
        let page = try await client.call("list_images", #"{"limit": 2\#(cursor)}"#)["structuredContent"]
        names += page?["images"]?.elements.compactMap(\.string) ?? []
        guard let next = page?["next"]?.string else { break }
        cursor = #", "cursor": "\#(next)""#
      }
      #expect(names == TestHost.names)
      let found = try await client.call("list_images", #"{"contains": "TWO"}"#)["structuredContent"]
      #expect(found?["images"]?.elements.compactMap(\.string) == ["mole/two.png"])
      let resources = try await client.ask(3, "resources/list")["result"]
      #expect(resources?["resources"]?.elements.count == 5 && resources?["nextCursor"] == nil)
      #expect(resources?["resources"]?.elements.first?["uri"]?.string == "dermgemma://image/a%20b.png")
      let templates = try await client.ask(4, "resources/templates/list")["result"]?["resourceTemplates"]?.elements
      #expect(templates?.count == 2)
      _ = try await client.end()
    }
  }

  @Test func `a page goes on when its last name is gone`() throws {
    let first = try NamePage(["a", "c", "e", "g"], limit: 2, after: nil)
    #expect(Array(first.names) == ["a", "c"])
    #expect(Array(try NamePage(["a", "d", "e", "g"], limit: 9, after: first.next).names) == ["d", "e", "g"])
    #expect(try NamePage([], limit: 2, after: first.next).names.isEmpty)
  }

  @Test func `an agent may name a picture by its path in the folder`() async throws {
    try await TestHost.run { test async throws in
      let client = try await Client.agreed(test.host)
      let path = test.folder.path + "/images/mole/two.png"
      let read = try await client.call("read_lesion", #"{"image": "\#(path)", "picture": false}"#)
      #expect(read["structuredContent"]?["image"]?["name"]?.string == "mole/two.png", "\(read.text.prefix(200))")
      _ = try await client.end()
    }
  }

  @Test func `what was asked for is answered when the input ends`() async throws {
    try await TestHost.run { test async throws in
      let client = try await Client.agreed(test.host)
      for id in 1...6 {
        client.send(
          #"{"jsonrpc": "2.0", "id": \#(id), "method": "tools/call", "params": {"name": "read_lesion", "arguments": {"image": "a b.png", "seed": \#(id)}}}"#
        )
      }
      let answers = try await client.end()
      #expect(Set(answers.compactMap { $0["id"]?.text }) == Set((1...6).map(String.init)))
    }
  }
}

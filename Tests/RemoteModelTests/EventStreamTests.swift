import Testing

@testable import RemoteModel

@Suite struct EventStreamTests {
  @Test(arguments: [1, 2, 3, 7, 1000]) func `events come whole, whatever pieces their bytes arrive in`(size: Int) {
    let text = ": hello\r\ndata: {\"a\":\"ä\"}\r\n\r\nevent: x\ndata:two\ndata: lines\n\n\ndata: [DONE]"
    let bytes = Array(text.utf8)
    var parser = EventStreamParser()
    var events: [String] = []
    for start in stride(from: 0, to: bytes.count, by: size) {
      events += parser.take(bytes[start..<min(start + size, bytes.count)]).map { String(decoding: $0, as: UTF8.self) }
    }
    #expect(events == ["{\"a\":\"ä\"}", "two\nlines"])
    #expect(parser.finish().map { String(decoding: $0, as: UTF8.self) } == "[DONE]")
  }
}

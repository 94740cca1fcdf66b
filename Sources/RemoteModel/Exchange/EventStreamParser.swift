/// Cuts a stream of server-sent events into their data (WHATWG HTML, 9.2.6), whatever pieces it arrives in.
struct EventStreamParser {
  private var line: [UInt8] = []
  private var data: [UInt8]?
  private var endedWithReturn = false

  /// Takes bytes as they come, and gives the data of the events that they complete.
  mutating func take(_ bytes: some Sequence<UInt8>) -> [[UInt8]] {
    var events: [[UInt8]] = []
    for byte in bytes {
      switch byte {
      case UInt8(ascii: "\n") where endedWithReturn: endedWithReturn = false
      case UInt8(ascii: "\n"), UInt8(ascii: "\r"):
        endedWithReturn = byte == UInt8(ascii: "\r")
        if let event = endLine() { events.append(event) }
      default:
        endedWithReturn = false
        line.append(byte)
      }
    }
    return events
  }

  /// What is left when the stream is over: some servers leave out the last event's blank line.
  mutating func finish() -> [UInt8]? {
    if !line.isEmpty, let event = endLine() { return event }
    defer { data = nil }
    return data
  }

  /// The event's data when the line is the blank one that ends it. Comments and other fields say nothing here.
  private mutating func endLine() -> [UInt8]? {
    defer { line = [] }
    if line.isEmpty {
      defer { data = nil }
      return data
    }
    let field = Array("data:".utf8)
    guard line.starts(with: field) else { return nil }
    var value = line[field.count...]
    if value.first == UInt8(ascii: " ") { value = value.dropFirst() }
    data = data.map { $0 + [UInt8(ascii: "\n")] + value } ?? Array(value)
    return nil
  }
}

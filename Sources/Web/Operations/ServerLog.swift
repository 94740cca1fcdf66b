import Dermoscopy
import Dispatch
import Foundation
import JSON
import Synchronization

/// The log: one JSON object per line, written by its own thread, so that a full pipe never delays a client.
///
/// It contains no image content and no name from outside: routes are named by their patterns.
public final class ServerLog: Sendable {
  /// The level of a line.
  public enum Level: String, Sendable, Comparable, CaseIterable {
    /// Debug: details for finding a fault.
    case debug
    /// Info: normal operation.
    case info
    /// Warning: someone should look at it.
    case warning
    /// Error: something failed.
    case error

    public static func < (first: Level, second: Level) -> Bool {
      (allCases.firstIndex(of: first) ?? 0) < (allCases.firstIndex(of: second) ?? 0)
    }
  }

  /// Lines that may wait to be written; more are dropped and counted.
  private static let longestQueue = 10_000

  private let queue = DispatchQueue(label: "dermgemma-log", qos: .utility)
  private let waiting = Mutex((lines: 0, dropped: 0))
  private let lowest: Level
  private let sink: @Sendable (String) -> Void

  /// A log of lines that matter at least so much.
  ///
  /// - Parameters:
  ///   - lowest: lines that matter less are not written.
  ///   - sink: takes a line without its end; standard error unless given.
  public init(lowest: Level = .info, sink: (@Sendable (String) -> Void)? = nil) {
    self.lowest = lowest
    self.sink = sink ?? { FileHandle.standardError.write(Data(($0 + "\n").utf8)) }
  }

  /// Writes a line.
  func write(_ level: Level, _ event: String, _ fields: KeyValuePairs<String, String> = [:]) {
    let fields = fields.map { ($0.key, Value.text($0.value)) }
    write(level, event, fields)
  }

  /// Writes what became of a request.
  func write(_ record: HTTPExchangeRecord) {
    let level: Level = record.status >= 500 ? .error : .info
    var fields: [(String, Value)] = [
      ("id", .text(record.id)), ("client", .text(record.client)), ("method", .text(record.method)),
      ("route", .text(record.route)), ("status", .number(Double(record.status))),
      ("ms", .number((record.duration / .milliseconds(1) * 100).rounded() / 100)),
    ]
    if let bytes = record.bytes { fields.append(("bytes", .number(Double(bytes)))) }
    if !record.isComplete { fields.append(("end", .text("broken off"))) }
    if let cause = record.cause { fields.append(("cause", .text(cause))) }
    write(level, "request", fields)
  }

  /// Waits until all is written.
  func flush() async {
    await withCheckedContinuation { continuation in queue.async { continuation.resume() } }
  }

  private enum Value {
    case text(String)
    case number(Double)
  }

  private func write(_ level: Level, _ event: String, _ fields: [(String, Value)]) {
    guard level >= lowest else { return }
    let isFull = waiting.withLock { waiting in
      if waiting.lines >= Self.longestQueue {
        waiting.dropped += 1
        return true
      }
      waiting.lines += 1
      return false
    }
    if isFull { return }
    let now = Date()
    queue.async { [self] in
      let dropped = waiting.withLock { waiting in
        waiting.lines -= 1
        defer { waiting.dropped = 0 }
        return waiting.dropped
      }
      var all: [(String, Value)] = [
        ("time", .text(Self.time(now))), ("level", .text(level.rawValue)), ("event", .text(event)),
      ]
      all += fields
      if dropped > 0 { all.append(("dropped_lines", .number(Double(dropped)))) }
      if let line = try? OrderedJSON.line(Line(fields: all)) { sink(line) }
    }
  }

  /// RFC 3339, in UTC, to the millisecond.
  private static func time(_ date: Date) -> String {
    date.formatted(.iso8601.year().month().day().time(includingFractionalSeconds: true).timeZone(separator: .omitted))
  }

  private struct Line: Encodable {
    let fields: [(String, Value)]

    func encode(to encoder: any Encoder) throws {
      var container = encoder.container(keyedBy: JSONKey.self)
      for (key, value) in fields {
        switch value {
        case .text(let text): try container.encode(text, forKey: JSONKey(key))
        case .number(let number):
          if let whole = Int(exactly: number) {
            try container.encode(whole, forKey: JSONKey(key))
          } else {
            try container.encode(number, forKey: JSONKey(key))
          }
        }
      }
    }
  }
}

import Dermoscopy
import Faults
import Foundation
import Synchronization
import TestRecords
import Testing

@testable import UseCases

/// A worker that nobody really reads images for.
@Suite(.timeLimit(.minutes(2))) struct WorkerTests {
  private struct Broken: Fault {
    var kind: FaultKind
    var description: String { "broken" }
  }

  private func information(parallel: Int = 2, ahead: Int = 4) -> WorkerInformation {
    WorkerInformation(
      version: "1", readingProtocol: "seed", protocols: ["seed"], model: "none", weights: RecordFixtures.digest(1),
      projector: nil, engine: "none", parallel: parallel, ahead: ahead)
  }

  /// What a worker answers to lines, by line.
  private func answers(
    to lines: [String], read: @escaping @Sendable (WorkerRequest) async throws -> ExaminationReport
  ) async throws -> [Int: String] {
    let rest = Mutex(lines[...])
    let written = Mutex<[Int: String]>([:])
    try await Worker(information(), read: read).run {
      rest.withLock { $0.popFirst() }.map { .line(Array($0.utf8)) }
    } write: { line in
      let object = try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any]
      written.withLock { $0[object?["line"] as? Int ?? 0] = line }
    }
    return written.withLock { $0 }
  }

  private func report(_ request: WorkerRequest) throws -> ExaminationReport {
    try RecordFixtures.report(name: request.name ?? "none")
  }

  @Test func `each line has one answer, with its id and its place`() async throws {
    let lines = [
      #"{"id": "a", "path": "x", "name": "first"}"#, "", #"{"id": 2, "image": "AAA="}"#, "nonsense",
      #"{"id": "c", "path": "bad"}"#, #"{"id": "d", "info": true}"#, #"{"cancel": "zz"}"#,
    ]
    let found = try await answers(to: lines) { request in
      if case .read(.file(path: "bad")) = request.action { throw Broken(kind: .unusableInput) }
      return try report(request)
    }
    #expect(found.keys.sorted() == [1, 3, 4, 5, 6, 7])
    #expect(found[1]?.hasPrefix(#"{"id":"a","line":1,"examination":{"image":{"name":"first""#) == true)
    #expect(found[3]?.hasPrefix(#"{"id":2,"line":3,"examination":"#) == true)
    #expect(found[4] == #"{"id":null,"line":4,"error":{"status":64,"message":"the line is not JSON"}}"#)
    #expect(found[5] == #"{"id":"c","line":5,"error":{"status":65,"message":"broken"}}"#)
    #expect(found[6]?.contains(#""schema":"dermgemma-worker/1""#) == true)
    #expect(found[7] == #"{"id":null,"line":7,"cancelled":false}"#)
  }

  @Test func `no more lines are taken than may be unanswered, and no more are read than at once`() async throws {
    let taken = Mutex(0)
    let written = Mutex(0)
    let reading = Mutex((now: 0, most: 0))
    let ahead = Mutex(0)
    try await Worker(information(parallel: 3, ahead: 5)) { request in
      reading.withLock { $0 = ($0.now + 1, max($0.most, $0.now + 1)) }
      try await Task.sleep(for: .milliseconds(2))
      reading.withLock { $0.now -= 1 }
      return try report(request)
    }.run {
      let number = taken.withLock { count in
        count += 1
        return count
      }
      let unanswered = number - written.withLock { $0 }
      ahead.withLock { $0 = max($0, unanswered) }
      return number > 60 ? nil : .line(Array(#"{"id": \#(number), "path": "x"}"#.utf8))
    } write: { _ in
      // A slow reader.
      try await Task.sleep(for: .milliseconds(1))
      written.withLock { $0 += 1 }
    }
    #expect(written.withLock { $0 } == 60)
    #expect(reading.withLock { $0.most } <= 3)
    #expect(ahead.withLock { $0 } <= 5)
  }

  @Test func `a request that is cancelled ends, whether it is read or waits`() async throws {
    let lines =
      (1...4).map { #"{"id": \#($0), "path": "x"}"# } + [#"{"id": "c", "cancel": 1}"#, #"{"id": "d", "cancel": 4}"#]
    let rest = Mutex(lines[...])
    let written = Mutex<[String]>([])
    let gate = Mutex(false)
    try await Worker(information(parallel: 2, ahead: 10)) { request in
      while !gate.withLock({ $0 }) { try await Task.sleep(for: .milliseconds(1)) }
      return try report(request)
    }.run {
      rest.withLock { $0.popFirst() }.map { .line(Array($0.utf8)) }
    } write: { line in
      let count = written.withLock { lines in
        lines.append(line)
        return lines.count { $0.contains("130") }
      }
      if count == 2 { gate.withLock { $0 = true } }
    }
    let all = written.withLock { $0 }
    #expect(all.count == 6)
    for (id, line) in [("1", 1), ("4", 4)] {
      #expect(all.contains(#"{"id":\#(id),"line":\#(line),"error":{"status":130,"message":"cancelled"}}"#), "\(all)")
    }
    #expect(all.contains(#"{"id":"c","line":5,"cancelled":true}"#))
    #expect(all.count { $0.contains("examination") } == 2)
  }

  @Test func `an id that is under way is refused, and free again afterwards`() async throws {
    let found = try await answers(
      to: [#"{"id": "a", "path": "slow"}"#, #"{"id": "a", "path": "x"}"#]
    ) { request in
      try await Task.sleep(for: .milliseconds(200))
      return try report(request)
    }
    #expect(found[1]?.contains("examination") == true)
    #expect(
      found[2]
        == #"{"id":"a","line":2,"error":{"status":64,"message":"another request with this id is under way"}}"#)
  }

  @Test func `broken weights end the worker after an answer; a writer that fails ends it at once`() async throws {
    let written = Mutex<[String]>([])
    await #expect(throws: Broken.self) {
      try await Worker(information()) { _ in throw Broken(kind: .unusableWeights) }.run {
        .line(Array(#"{"id": \#(Int.random(in: 0...Int.max)), "path": "x"}"#.utf8))
      } write: { line in
        written.withLock { $0.append(line) }
      }
    }
    #expect(written.withLock { $0.first }?.contains(#""status":78"#) == true)
    await #expect(throws: Broken.self) {
      try await Worker(information()) { try report($0) }.run {
        .line(Array(#"{"id": \#(Int.random(in: 0...Int.max)), "path": "x"}"#.utf8))
      } write: { _ in
        throw Broken(kind: .unwritableOutput)
      }
    }
  }

  @Test(arguments: [
    (#"{"id": 1}"#, "exactly one of"), (#"{"path": "x"}"#, "id is missing"),
    (#"{"id": 1, "x": 2}"#, "a key is unknown"),
    (#"{"id": true, "path": "x"}"#, "id is of the wrong type"), (#"{"id": 1, "path": 5}"#, "path is of the wrong type"),
    (#"{"id": 1, "image": "!"}"#, "not base64"), (#"{"id": 1, "path": "x", "description": "y"}"#, "goes with"),
    (#"{"id": 1, "path": "x", "seed": -1}"#, "seed is of the wrong type"), ("[]", "not a JSON object"),
    (#"{"id": 1, "path": "x", "schema": "other"}"#, "speaks dermgemma-worker/1"), ("\u{0}", "not JSON"),
  ]) func `a line that is no request says what is wrong`(line: String, words: String) {
    #expect {
      try WorkerRequest(line: Array(line.utf8))
    } throws: { error in
      (error as? WorkerFault)?.message.contains(words) == true
    }
  }
}

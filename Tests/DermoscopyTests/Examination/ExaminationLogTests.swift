@testable import Dermoscopy
import JSON
import TestModels
import Testing

@Suite(.timeLimit(.minutes(1))) struct ExaminationLogTests {
  private func collect(_ stream: AsyncStream<NumberedEvent>) async -> [NumberedEvent] {
    await stream.reduce(into: []) { $0.append($1) }
  }

  private let failed = ExaminationEvent.failed(ExaminationFailure(ScriptedModel.Broken()))

  @Test func `an examination tells all that happens, in order, numbered from one`() async throws {
    let log = ExaminationLog()
    let report = try await ExaminationFixture.examine(with: ScriptedModel(), log: log)
    let names = log.history.map(\.event.eventName)
    #expect(log.history.map(\.number) == Array(1...log.history.count))
    #expect(
      names == [
        "phase_started", "phase_started", "observation", "observation", "observation", "observation",
        "phase_started", "description_text", "description_text", "description_cleaned", "phase_started", "diagnosis",
        "finished",
      ])
    let text = log.history.map { if case .descriptionText(let text) = $0.event { text } else { "" } }.joined()
    #expect(text == report.description?.raw)
    #expect(log.history.last?.event == .finished(report))
  }

  @Test func `early, late and resuming readers read the same`() async throws {
    let log = ExaminationLog()
    let early = Task { await collect(log.events()) }
    _ = try await ExaminationFixture.examine(with: ScriptedModel(), log: log)
    let all = await early.value
    #expect(all == log.history && all.count == 13)
    #expect(await collect(log.events()) == all)
    #expect(await collect(log.events(after: 5)) == Array(all.dropFirst(5)))
    #expect(await collect(log.events(after: -3)) == all)
    #expect(await collect(log.events(after: 13)).isEmpty)
    #expect(await collect(log.events(after: .max)).isEmpty)
  }

  @Test func `a reader who does not read holds up neither the writer nor other readers`() async throws {
    let log = ExaminationLog()
    var slow = log.events().makeAsyncIterator()
    for number in 1...10_000 { log.append(.descriptionText("\(number)")) }
    log.append(failed)
    #expect(await collect(log.events()).count == 10_001)
    #expect(await slow.next()?.number == 1)
    #expect(await slow.next()?.number == 2)
  }

  @Test func `readers who wait are woken by each event`() async throws {
    let log = ExaminationLog()
    let readers = (0..<20).map { _ in Task { await collect(log.events()) } }
    for number in 1...200 {
      log.append(.descriptionText("\(number)"))
      if number % 10 == 0 { await Task.yield() }
    }
    log.append(failed)
    for reader in readers { #expect(await reader.value.map(\.number) == Array(1...201)) }
  }

  @Test func `nothing is added after the end`() async throws {
    let log = ExaminationLog()
    log.append(failed)
    log.append(.descriptionText("more"))
    #expect(log.history.count == 1 && log.isComplete)
  }

  @Test func `a reader who is cancelled while waiting ends`() async throws {
    let log = ExaminationLog()
    log.append(.phaseStarted(.encoding))
    let reader = Task { await collect(log.events()) }
    for _ in 0..<100 { await Task.yield() }
    reader.cancel()
    #expect(await reader.value.count <= 1)
    #expect(!log.isComplete)
  }

  @Test func `every event is read back from its JSON`() async throws {
    let log = ExaminationLog()
    _ = try await ExaminationFixture.examine(with: ScriptedModel(), log: log)
    let other = ExaminationLog()
    other.append(failed)
    for event in log.history + other.history {
      let json = try OrderedJSON.line(event)
      #expect(json.hasPrefix("{\"number\":\(event.number),\"event\":\"\(event.event.eventName)\""))
      #expect(try OrderedJSON.line(NumberedEvent(json: json)) == json)
    }
  }
}

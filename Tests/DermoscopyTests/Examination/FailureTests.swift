import Dermoscopy
import Faults
import TestModels
import Testing

@Suite(.timeLimit(.minutes(1))) struct FailureTests {
  private func failing(at phrase: String, _ answer: ScriptedModel.Answer) -> ScriptedModel {
    ScriptedModel { $0.prompt.text.contains(phrase) ? answer : ScriptedModel.typical($0) }
  }

  @Test(arguments: ["network", "These notes", "Choose the code"])
  func `an error in any phase closes the view, once, and ends the log`(phrase: String) async throws {
    let log = ExaminationLog()
    let model = failing(at: phrase, .fails(ScriptedModel.Broken()))
    await #expect(throws: ScriptedModel.Broken.self) { try await ExaminationFixture.examine(with: model, log: log) }
    #expect(model.calls.filter { $0 == .close }.count == 1)
    guard case .failed(let failure)? = log.history.last?.event else {
      Issue.record("\(log.history)")
      return
    }
    #expect(failure.status == 78 && failure.message == "the weights are broken")
    #expect(log.isComplete)
  }

  @Test(arguments: ["network", "These notes", "Choose the code"])
  func `an answer that breaks off is an error and not a short answer`(phrase: String) async throws {
    let model = failing(at: phrase, .breaksOff)
    await #expect(throws: ModelContractFault.self) { try await ExaminationFixture.examine(with: model) }
    #expect(model.calls.filter { $0 == .close }.count == 1)
  }

  @Test(arguments: ["network", "These notes", "Choose the code"])
  func `cancelling in any phase closes the view and says cancelled`(phrase: String) async throws {
    let log = ExaminationLog()
    let model = failing(at: phrase, .hangs)
    let task = Task { try await ExaminationFixture.examine(with: model, log: log) }
    // The examination hangs as soon as this phase was asked.
    while !model.requests.contains(where: { $0.prompt.text.contains(phrase) }) { await Task.yield() }
    task.cancel()
    await #expect(throws: CancellationError.self) { try await task.value }
    #expect(model.calls.filter { $0 == .close }.count == 1)
    guard case .failed(let failure)? = log.history.last?.event else {
      Issue.record("\(log.history)")
      return
    }
    #expect(failure.status == FaultKind.interrupted.exitStatus && failure.message == "cancelled")
  }

  @Test func `an examination that was cancelled before it began does not look`() async throws {
    let model = ScriptedModel()
    let task = Task {
      withUnsafeCurrentTask { $0?.cancel() }
      return try await ExaminationFixture.examine(with: model)
    }
    await #expect(throws: CancellationError.self) { try await task.value }
    #expect(model.calls.isEmpty)
  }

  @Test func `an image that cannot be looked at fails without a view to close`() async throws {
    let log = ExaminationLog()
    let model = ScriptedModel(lookingFails: true)
    await #expect(throws: ScriptedModel.Broken.self) { try await ExaminationFixture.examine(with: model, log: log) }
    #expect(model.calls == [.look])
    #expect(log.history.map(\.event.eventName) == ["phase_started", "failed"])
  }
}

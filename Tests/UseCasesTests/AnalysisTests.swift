import Dermoscopy
import Faults
import Records
import Synchronization
import TestRecords
import Testing

@testable import UseCases

/// Images that nobody really reads.
@Suite(.timeLimit(.minutes(2))) struct AnalysisTests {
  private struct Broken: Fault {
    var kind: FaultKind
    var description: String { "broken" }
  }

  private final class Witness: AnalysisObserver {
    let outcomes = Mutex<[String]>([])
    func modelIsLoading() {}
    func follow(_ log: ExaminationLog, of input: AnalysisInput, number: Int, of count: Int) async {}
    func ended(_ outcome: AnalysisOutcome) throws {
      let name =
        switch outcome {
        case .report(let report): report.image.name
        case .failure(let name, let fault): "\(name): \(fault)"
        }
      outcomes.withLock { $0.append(name) }
    }
  }

  private func inputs(_ names: [String]) -> [AnalysisInput] {
    names.map { name in
      var input = AnalysisInput(.file(path: "/none/\(name)"), name: name)
      input.metadata = ClinicalMetadata(lesion: "lesion of \(name)", age: 50)
      return input
    }
  }

  private func recorder() async throws -> RunRecorder {
    let store = try await RecordStores.open(try RecordFixtures.path())
    return try await RunRecorder.begin(RecordFixtures.run(), in: store)
  }

  @Test func `results are told in the order of the inputs, whichever ends first, and are stored by then`() async throws
  {
    let recorder = try await recorder()
    let witness = Witness()
    let names = (0..<8).map { "\($0).png" }
    let analysis = Analysis(parallel: 4, recorder: recorder, observer: witness) { input, _ in
      let position = names.firstIndex(of: input.name) ?? 0
      try await Task.sleep(for: .milliseconds(position.isMultiple(of: 2) ? 20 : 1))
      return try RecordFixtures.report(name: input.name, image: position)
    }
    #expect(try await analysis.run(inputs(names)) == nil)
    #expect(witness.outcomes.withLock { $0 } == names)
    #expect(try await recorder.store.run(recorder.run.id)?.state == .finished)
    let stored = try await recorder.store.examinations(ofRun: recorder.run.id, after: nil, limit: 100)
    #expect(stored.map(\.imageName) == names && stored.map(\.position) == Array(0..<8))
    #expect(stored[3].metadata == ClinicalMetadata(lesion: "lesion of 3.png", age: 50))
  }

  @Test func `an image fails alone, and an unusable one weighs more than a missing one`() async throws {
    let recorder = try await recorder()
    let witness = Witness()
    let analysis = Analysis(parallel: 1, recorder: recorder, observer: witness) { input, _ in
      switch input.name {
      case "bad": throw Broken(kind: .unusableInput)
      case "gone": throw Broken(kind: .missingInput)
      default: try RecordFixtures.report(name: input.name)
      }
    }
    #expect(try await analysis.run(inputs(["bad", "good", "gone"])) == .unusableInput)
    #expect(witness.outcomes.withLock { $0 } == ["bad: broken", "good", "gone: broken"])
    let stored = try await recorder.store.examinations(ofRun: recorder.run.id, after: nil, limit: 100)
    #expect(stored.map { $0.failure?.status } == [65, nil, 66])
  }

  @Test func `a fault that concerns all images ends the run, which says so`() async throws {
    let recorder = try await recorder()
    let analysis = Analysis(parallel: 1, recorder: recorder, observer: Witness()) { input, _ in
      if input.name == "b" { throw Broken(kind: .unusableWeights) }
      return try RecordFixtures.report(name: input.name)
    }
    await #expect(throws: Broken.self) { try await analysis.run(inputs(["a", "b", "c"])) }
    #expect(try await recorder.store.run(recorder.run.id)?.state == .failed)
    #expect(try await recorder.store.counts(matching: RecordQuery(run: recorder.run.id)).examinations == 1)
  }

  @Test func `nothing need be stored`() async throws {
    let witness = Witness()
    let analysis = Analysis(parallel: 2, recorder: nil, observer: witness) { input, _ in
      try RecordFixtures.report(name: input.name)
    }
    #expect(try await analysis.run(inputs(["a", "b"])) == nil)
    #expect(witness.outcomes.withLock { $0 } == ["a", "b"])
  }
}

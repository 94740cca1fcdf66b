import Dermoscopy
import TestRecords
import Testing

@testable import Records

@Suite struct RunRecorderTests {
  @Test(arguments: TestedStore.all) func `a run begins, keeps what ends in it, and ends`(_ kind: TestedStore)
    async throws
  {
    let store = try await kind.open()
    let recorder = try await RunRecorder.begin(RecordFixtures.run(), in: store)
    let known = ClinicalMetadata(lesion: "HAM_1", site: "back", age: 45)
    let first = try await recorder.keep(try RecordFixtures.report(name: "a"), metadata: known)
    try await recorder.keep(try RecordFixtures.report(name: "b"))
    try await recorder.keep(
      ExaminationFailure(RecordFault.missing(store: "x")), of: "c", at: 7, elapsed: 2, metadata: known)
    try await recorder.end(.finished)
    let kept = try await store.examinations(ofRun: recorder.run.id, after: nil, limit: 10)
    #expect(kept.map(\.position) == [0, 1, 7] && kept.map(\.imageName) == ["a", "b", "c"])
    #expect(kept[0].id == first && kept[0].metadata == known && kept[0].elapsed == 24.1)
    #expect(kept[0].details == #"{"lesion_id":"HAM_1","site":"back","age":45}"#)
    #expect(kept[1].details == nil && kept[1].metadata == ClinicalMetadata())
    #expect(kept[2].failure?.status == 66 && kept[2].metadata == known)
    let run = try #require(try await store.run(recorder.run.id))
    #expect(run.state == .finished && run.ended != nil)
  }

  @Test(arguments: TestedStore.all) func `only a run that is retried replaces what is there`(_ kind: TestedStore)
    async throws
  {
    let store = try await kind.open()
    let recorder = try await RunRecorder.begin(RecordFixtures.run(), in: store)
    try await recorder.keep(try RecordFixtures.report(name: "a"), at: 4)
    await #expect(throws: RecordFault.alreadyKept(run: recorder.run.id, position: 4)) {
      try await recorder.keep(try RecordFixtures.report(name: "b"), at: 4)
    }
    try await recorder.end(.interrupted)
    let resumed = try await RunRecorder.resume(recorder.run, in: store)
    #expect(try await store.run(recorder.run.id)?.state == .running)
    try await resumed.keep(try RecordFixtures.report(name: "b"), at: 4)
    #expect(try await store.examination(ofRun: recorder.run.id, at: 4)?.imageName == "b")
  }

  @Test func `details of another kind are no metadata`() async throws {
    let run = RecordFixtures.run()
    #expect(try RecordFixtures.examination(0, of: run).metadata == ClinicalMetadata())
  }
}

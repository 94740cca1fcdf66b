import Testing

@testable import Records

@Suite(.timeLimit(.minutes(10))) struct RecordFaultTests {
  @Test func namesTheFile() {
    #expect(RecordFault.unusable(store: "a.sqlite", reason: "no").description.contains("a.sqlite"))
  }
}

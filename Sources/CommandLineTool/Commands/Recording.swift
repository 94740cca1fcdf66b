import Dermoscopy
import Faults
import Foundation
import Records

/// The run of an `analyze --records`: every examination is stored before it is printed.
struct Recording: Sendable {
  private let store: SQLiteRecords
  private let run: Run

  /// Begins the run.
  ///
  /// - Parameter command: the command line, without the program's name.
  init(store: SQLiteRecords, command: [String], provenance: Run.Provenance) async throws(RecordFault) {
    self.store = store
    run = Run(kind: "analyze", command: command, provenance: provenance)
    try await store.begin(run)
  }

  func keep(_ report: ExaminationReport, at position: Int, elapsed: Double) async throws(RecordFault) {
    try await store.keep(StoredExamination(run: run.id, position: position, report: report, elapsed: elapsed))
  }

  func keep(
    _ failure: ExaminationFailure, name: String, at position: Int, elapsed: Double
  ) async throws(RecordFault) {
    try await store.keep(
      StoredExamination(
        run: run.id, position: position, imageName: name, imageDigest: nil, outcome: .failure(failure),
        elapsed: elapsed))
  }

  /// Records how the run ended, and closes the database.
  func end(_ state: Run.State) async throws(RecordFault) {
    try await store.mark(run: run.id, as: state)
    await store.close()
  }
}

/// An input's failure, as its message describes it.
struct FailedInput: Fault {
  var kind: FaultKind
  var description: String
}

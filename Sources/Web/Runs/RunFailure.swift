import AtomicFiles
import Faults
import UseCases
import Validation

/// How a run ended that was not done, for clients and for the log.
struct RunFailure: Sendable {
  let status: RunDocument.Status
  let failure: RunDocument.Failure?
  /// What only the log gets.
  var cause: String?

  /// - Parameter plain: takes the server's folders out of a message.
  init(_ error: any Error, of run: String, plain: (String) -> String) {
    func failed(_ reason: String, _ message: String) -> RunDocument.Failure {
      RunDocument.Failure(reason: reason, message: message)
    }
    switch error {
    case is CancellationError: (status, failure) = (.cancelled, nil)
    case JobQueueRefusal.ending: (status, failure) = (.interrupted, nil)
    case let problem as Problem: (status, failure) = (.error, failed(problem.reason, problem.detail))
    case RunFolderFault.changed(_, let what):
      (status, failure) = (
        .error,
        failed("changed", "The run cannot continue, because \(what.joined(separator: "; ")). Start another one.")
      )
    case let fault as any Fault where fault.kind == .unwritableOutput:
      (status, failure) = (
        .error, failed("no_room", "The results could not be written; is the server's disk full? What is done is kept.")
      )
      cause = fault.description
    case let fault as any Fault where fault.failsAlone:
      (status, failure) = (.error, failed("unusable_input", plain(fault.description)))
    default:
      (status, failure) = (
        .error, failed("internal", "Something went wrong here; the server's log has it under \(run).")
      )
      cause = "\(error)"
    }
  }
}

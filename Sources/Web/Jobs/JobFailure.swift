import Auditing
import Dermoscopy
import Faults
import UseCases

/// Why a job failed, as reported to clients.
struct JobFailure: Error, Sendable {
  /// A word for programs.
  let reason: String
  /// One sentence, without internals.
  let message: String
  /// The HTTP status of a request that waited for the job.
  let status: Int
  /// An exit status of `dermgemma`.
  let exitStatus: Int32
  /// What only the log gets.
  var cause: String?

  static let cancelled = JobFailure(
    reason: "cancelled", message: "cancelled", status: 409, exitStatus: FaultKind.interrupted.exitStatus)
  static let ending = JobFailure(
    reason: "ending", message: "the server ended before it was done", status: 503,
    exitStatus: FaultKind.unavailable.exitStatus)

  /// The failure of a job, from an error.
  init(_ error: any Error, id: String) {
    switch error {
    case let failure as JobFailure: self = failure
    case let fault as QuestionFault:
      self.init(reason: fault.reason, message: fault.description, status: 422, exitStatus: fault.kind.exitStatus)
    case is CancellationError: self = .cancelled
    case JobQueueRefusal.ending: self = .ending
    case let fault as any Fault where fault.kind == .unusableInput:
      self.init(
        reason: "unusable_image", message: fault.description, status: 422, exitStatus: fault.kind.exitStatus)
    case let fault as any Fault where fault.kind == .missingInput:
      self.init(
        reason: "image_gone", message: "the image is no longer there", status: 404, exitStatus: fault.kind.exitStatus,
        cause: fault.description)
    default:
      self.init(
        reason: "internal", message: "something went wrong here; the server's log has it under \(id)", status: 500,
        exitStatus: (error as? any Fault)?.kind.exitStatus ?? FaultKind.bug.exitStatus, cause: "\(error)")
    }
  }

  init(reason: String, message: String, status: Int, exitStatus: Int32, cause: String? = nil) {
    self.reason = reason
    self.message = message
    self.status = status
    self.exitStatus = exitStatus
    self.cause = cause
  }

  /// The answer to a request that waited for the job.
  func problem(job: String) -> Problem {
    let titles = [404: "Not found", 409: "Conflict", 422: "Unprocessable content", 503: "Service unavailable"]
    var problem = Problem(status, reason, titles[status] ?? "Internal error", message)
    problem.job = job
    problem.cause = cause
    return problem
  }
}

import Dermoscopy

/// The images that could not be read, `errors.csv`; it is there only when there are any.
package enum FailureList {
  package static let fileName = "errors.csv"
  package static let header = ["filename", "status", "message"]

  static func row(_ name: String, _ failure: ExaminationFailure) -> [String] {
    [name, String(failure.status), failure.message]
  }
}

import Faults
import TextOutput
import Transfer

/// Why an archive did not give or take DICOM files. Messages name the service, never a study or a patient.
public enum DICOMwebFault: Fault, Equatable {
  /// No connection, or the service refused.
  case unavailable(String, reason: String)
  /// The service answered with something else than DICOMweb.
  case unexpectedAnswer(String, reason: String)
  /// The service did not store a file.
  case notStored(String)
  /// Nothing matches.
  case nothingFound(String)
  /// A query or a UID that cannot be sent.
  case badQuery(reason: String)
  /// Some files could not be fetched.
  case incomplete(String, missing: Int, of: Int)

  init(_ fault: TransferFault, _ endpoint: String) {
    switch fault {
    case .badAddress: self = .badQuery(reason: "--dicomweb is not an http or https address")
    case .refused(_, let status):
      let isElsewhere = (300...399).contains(status)
      let meaning = [401: ", access denied", 403: ", access denied", 404: ", not found"][status] ?? ""
      self = .unavailable(
        endpoint, reason: isElsewhere ? "it redirects, which is not followed" : "it answered \(status)\(meaning)")
    case .badRedirect, .tooLarge, .wrongAnswer, .wrongSize, .wrongDigest, .noSpace, .unwritable:
      self = .unexpectedAnswer(endpoint, reason: "a redirect, or more than such an answer has")
    case .unreachable(_, let reason), .untrusted(_, let reason): self = .unavailable(endpoint, reason: reason)
    case .stalled(_, let seconds): self = .unavailable(endpoint, reason: "it sent nothing for \(seconds) s")
    case .tooBusy(_, let seconds): self = .unavailable(endpoint, reason: "it asks to retry in \(seconds) s")
    }
  }

  public var kind: FaultKind {
    switch self {
    case .badQuery: .usage
    case .nothingFound: .missingInput
    case .unavailable, .unexpectedAnswer, .notStored, .incomplete: .unavailable
    }
  }

  public var description: String {
    switch self {
    case .unavailable(let endpoint, let reason): "\(Sanitizer.message(endpoint)): \(Sanitizer.message(reason))"
    case .unexpectedAnswer(let endpoint, let reason): "\(Sanitizer.message(endpoint)): unexpected answer: \(reason)"
    case .notStored(let endpoint): "\(Sanitizer.message(endpoint)): the archive did not store a file"
    case .nothingFound(let endpoint): "\(Sanitizer.message(endpoint)): no photograph in the studies that match"
    case .badQuery(let reason): reason
    case .incomplete(let endpoint, let missing, let count):
      "\(Sanitizer.message(endpoint)): \(missing) of \(count) files could not be fetched; run the command again to resume"
    }
  }

  /// Whether a text is a UID: digits and dots, at most 64 (PS3.5, 9.1).
  public static func isUID(_ text: String) -> Bool {
    (1...64).contains(text.utf8.count) && text.utf8.allSatisfy { $0 == 0x2E || (0x30...0x39).contains($0) }
      && !text.hasPrefix(".") && !text.contains("..")
  }
}

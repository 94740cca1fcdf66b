import DICOM
import Faults
import Foundation

/// Options of commands that read images, about DICOM files.
enum DICOMOption {
  static let frame = Option<Int>(
    "--frame", "N", in: 1...1_000_000,
    help: "The frame of a DICOM file with several, from 1; without it such a file is refused.")
  static let keepDemographics = Flag(
    "--keep-demographics",
    help:
      "Keeps the patient's age and sex from DICOM files; without it neither is read. No other identifier is."
  )
  static let pseudonymKey = Option<String>(
    path: "--pseudonym-key", "FILE",
    help:
      "Keeps keyed digests (HMAC-SHA-256) of a DICOM file's identifiers; the key is this file's content, at least 16 "
      + "bytes. Without it no identifier is kept.")

  /// What is kept of a file beside its picture and the lesion's codes.
  static let record: [any CommandOption] = [keepDemographics, pseudonymKey]
}

extension DICOMOptions {
  /// What the command line says.
  ///
  /// - Throws: `UsageFault` for a frame that is no number, ``PseudonymKeyFault`` for a key that cannot be used.
  init(_ arguments: ParsedArguments, hasFrame: Bool = true, keepsRecord: Bool = true) throws {
    self.init(frame: hasFrame ? try arguments[DICOMOption.frame] : nil)
    guard keepsRecord else { return }
    keepsDemographics = arguments[DICOMOption.keepDemographics]
    guard let path = try arguments[DICOMOption.pseudonymKey] else { return }
    guard let key = FileManager.default.contents(atPath: path) else { throw PseudonymKeyFault.missing(path: path) }
    guard (16...65_536).contains(key.count) else { throw PseudonymKeyFault.unusable(path: path, bytes: key.count) }
    pseudonymKey = Array(key)
  }
}

/// A key of pseudonyms that cannot be used.
enum PseudonymKeyFault: Fault, Equatable {
  case missing(path: String)
  case unusable(path: String, bytes: Int)

  var kind: FaultKind {
    switch self {
    case .missing: .missingInput
    case .unusable: .unusableInput
    }
  }

  var description: String {
    switch self {
    case .missing(let path): "--pseudonym-key \(path): the file cannot be read"
    case .unusable(let path, let bytes):
      "--pseudonym-key \(path): a key has 16 to 65,536 bytes, and the file has \(bytes)"
    }
  }
}

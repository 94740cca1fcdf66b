import Faults

/// Why a DICOM file could not be read. Its words never repeat a text of the file, which may be a patient's name: they
/// give tags, byte offsets, numbers and the standard's own identifiers.
public enum DICOMFault: Fault, Equatable {
  /// The file stops before what it announces is complete.
  case endsEarly(String)
  /// The file contradicts itself or the standard.
  case damaged(String)
  /// The file is sound but uses something that is not read.
  case notAccepted(String)
  /// There are several frames, and none was chosen.
  case frameNotChosen(count: Int)
  /// The chosen frame is not there.
  case noSuchFrame(number: Int, count: Int)

  /// Always `unusableInput`.
  public var kind: FaultKind { .unusableInput }

  /// One line, without the file's name.
  public var description: String {
    switch self {
    case .endsEarly(let detail): "DICOM ends too early (\(detail))"
    case .damaged(let reason): "DICOM is damaged (\(reason))"
    case .notAccepted(let feature): "DICOM with \(feature) is not accepted"
    case .frameNotChosen(let count): "DICOM with \(count) frames; choose one with --frame N"
    case .noSuchFrame(let number, let count): "DICOM has no frame \(number); its frames are 1 to \(count)"
    }
  }
}

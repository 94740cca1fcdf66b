/// The kinds of DICOM objects whose pictures are read (PS3.4, B.5): photographs and captured screens. Radiology, video,
/// whole slides and everything else are refused by name or number: no lesion is seen in them.
enum StorageClass: String, CaseIterable {
  case dermoscopicPhotography = "1.2.840.10008.5.1.4.1.1.77.1.7"
  case photographic = "1.2.840.10008.5.1.4.1.1.77.1.4"
  case endoscopic = "1.2.840.10008.5.1.4.1.1.77.1.1"
  case microscopic = "1.2.840.10008.5.1.4.1.1.77.1.2"
  case slideCoordinatesMicroscopic = "1.2.840.10008.5.1.4.1.1.77.1.3"
  case secondaryCapture = "1.2.840.10008.5.1.4.1.1.7"
  case greyByteSecondaryCapture = "1.2.840.10008.5.1.4.1.1.7.2"
  case greyWordSecondaryCapture = "1.2.840.10008.5.1.4.1.1.7.3"
  case colorSecondaryCapture = "1.2.840.10008.5.1.4.1.1.7.4"

  private static let unread = [
    "1.2.840.10008.1.3.10": "a directory of files (DICOMDIR)",
    "1.2.840.10008.5.1.4.1.1.7.1": "pixels of one bit",
    "1.2.840.10008.5.1.4.1.1.77.1.1.1": "video", "1.2.840.10008.5.1.4.1.1.77.1.2.1": "video",
    "1.2.840.10008.5.1.4.1.1.77.1.4.1": "video",
    "1.2.840.10008.5.1.4.1.1.77.1.6": "a whole-slide image",
    "1.2.840.10008.5.1.4.1.1.2": "computed tomography", "1.2.840.10008.5.1.4.1.1.4": "magnetic resonance",
    "1.2.840.10008.5.1.4.1.1.1": "radiography", "1.2.840.10008.5.1.4.1.1.6.1": "ultrasound",
    "1.2.840.10008.5.1.4.1.1.3.1": "ultrasound",
    "1.2.840.10008.5.1.4.1.1.104.1": "a PDF document",
  ]

  /// - Throws: ``DICOMFault`` for every other class, by the standard's identifier; a private one is not repeated.
  init(uid: String) throws(DICOMFault) {
    if let known = StorageClass(rawValue: uid) {
      self = known
    } else if let name = Self.unread[uid] {
      throw .notAccepted("\(name) instead of a photograph (SOP class \(uid))")
    } else if uid.hasPrefix("1.2.840.10008.5.1.4.1.1.88.") && TransferSyntax.isStandard(uid) {
      throw .notAccepted("a structured report instead of a photograph (SOP class \(uid))")
    } else {
      throw .notAccepted(TransferSyntax.isStandard(uid) ? "SOP class \(uid)" : "a private SOP class")
    }
  }
}

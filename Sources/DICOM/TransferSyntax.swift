/// How a data set and its pixels are encoded (PS3.5, 10 and annex A).
struct TransferSyntax: Equatable {
  enum Compression { case native, runLengths, jpeg, losslessJPEG, jpegLS, jpeg2000 }

  /// Whether each element names its type.
  var isExplicit = true
  /// Whether the data set is deflated.
  var isDeflated = false
  var compression = Compression.native

  static let implicit = TransferSyntax(isExplicit: false)
  static let explicit = TransferSyntax()

  init(isExplicit: Bool = true, isDeflated: Bool = false, compression: Compression = .native) {
    self.isExplicit = isExplicit
    self.isDeflated = isDeflated
    self.compression = compression
  }

  /// - Throws: ``DICOMFault`` with the name of what is not read.
  init(uid: String) throws(DICOMFault) {
    switch uid {
    case "1.2.840.10008.1.2": self = .implicit
    case "1.2.840.10008.1.2.1": self = .explicit
    case "1.2.840.10008.1.2.1.99": self.init(isDeflated: true)
    // The same elements, with each frame of native pixels in a fragment: PS3.5, A.4.11.
    case "1.2.840.10008.1.2.5": self.init(compression: .runLengths)
    case "1.2.840.10008.1.2.4.50", "1.2.840.10008.1.2.4.51": self.init(compression: .jpeg)
    case "1.2.840.10008.1.2.4.57", "1.2.840.10008.1.2.4.70": self.init(compression: .losslessJPEG)
    case "1.2.840.10008.1.2.4.80", "1.2.840.10008.1.2.4.81": self.init(compression: .jpegLS)
    case "1.2.840.10008.1.2.4.90", "1.2.840.10008.1.2.4.91": self.init(compression: .jpeg2000)
    default: throw .notAccepted(Self.nameOfUnread(uid))
    }
  }

  private static func nameOfUnread(_ uid: String) -> String {
    let known: [(prefix: String, name: String)] = [
      ("1.2.840.10008.1.2.1.98", "pixels encapsulated without compression"),
      ("1.2.840.10008.1.2.2", "big-endian numbers"),
      ("1.2.840.10008.1.2.4.58", "lossless JPEG in arithmetic codes"), ("1.2.840.10008.1.2.4.65", "hierarchical JPEG"),
      ("1.2.840.10008.1.2.4.66", "hierarchical JPEG"),
      ("1.2.840.10008.1.2.4.5", "a retired JPEG process"), ("1.2.840.10008.1.2.4.6", "a retired JPEG process"),
      ("1.2.840.10008.1.2.4.92", "JPEG 2000 of several components"),
      ("1.2.840.10008.1.2.4.93", "JPEG 2000 of several components"),
      ("1.2.840.10008.1.2.4.94", "pixels kept elsewhere (JPIP)"),
      ("1.2.840.10008.1.2.4.95", "pixels kept elsewhere (JPIP)"),
      ("1.2.840.10008.1.2.4.204", "pixels kept elsewhere (JPIP)"),
      ("1.2.840.10008.1.2.4.205", "pixels kept elsewhere (JPIP)"),
      ("1.2.840.10008.1.2.4.20", "High-Throughput JPEG 2000"), ("1.2.840.10008.1.2.4.10", "video"),
      ("1.2.840.10008.1.2.4.11", "JPEG XL"), ("1.2.840.10008.1.2.7", "video"),
    ]
    let found = known.first { uid == $0.prefix || uid.hasPrefix($0.prefix) && $0.prefix.count < uid.count }
    if let found { return "\(found.name)\(isStandard(uid) ? " (transfer syntax \(uid))" : "")" }
    return isStandard(uid) ? "transfer syntax \(uid)" : "a private transfer syntax"
  }

  /// Whether an identifier is one that the standard hands out: such a one says nothing about a patient.
  static func isStandard(_ uid: String) -> Bool {
    uid.hasPrefix("1.2.840.10008.") && uid.utf8.count <= 64
      && uid.utf8.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) || $0 == UInt8(ascii: ".") }
  }
}

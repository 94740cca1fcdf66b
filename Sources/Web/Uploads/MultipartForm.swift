/// The parts of a form (RFC 7578).
struct MultipartForm: Sendable, Hashable {
  struct Part: Sendable, Hashable {
    var name: String
    var fileName: String?
    var type: String?
    var bytes: [UInt8]
  }

  var parts: [Part] = []

  /// The parts of a name.
  func parts(named name: String) -> [Part] { parts.filter { $0.name == name } }
}

/// What a form may hold.
struct MultipartLimits: Sendable, Hashable {
  /// Bytes of the whole body.
  var bodyBytes: Int
  /// Parts.
  var parts = 16
  /// Bytes of a part's header.
  var headerBytes = 4_096
  /// Bytes of a boundary (RFC 2046, 5.1.1).
  var boundaryBytes = 70
}

/// The revisions of the Model Context Protocol that are spoken, the oldest first.
public enum ProtocolRevision: String, Sendable, CaseIterable {
  /// The first.
  case november2024 = "2024-11-05"
  /// Streamable HTTP; batches; annotations of tools; progress with a message.
  case march2025 = "2025-03-26"
  /// No batches any more; structured results, resource links, titles.
  case june2025 = "2025-06-18"
  /// The last one that begins with `initialize`.
  case november2025 = "2025-11-25"
  /// Without a handshake: every request says its revision.
  case july2026 = "2026-07-28"

  /// The newest of those that begin with `initialize`.
  static let latestHandshake = ProtocolRevision.november2025

  /// Whether a conversation of it begins with `initialize`.
  var hasHandshake: Bool { self != .july2026 }
  /// Whether several messages may come at once.
  var hasBatches: Bool { self == .march2025 }
  /// Whether tools have annotations, and progress a message.
  var hasAnnotations: Bool { self != .november2024 }
  /// Whether it has structured results, resource links and titles.
  var hasStructure: Bool { self != .november2024 && self != .march2025 }
}

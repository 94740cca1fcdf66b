extension StoredExamination {
  /// Refuses what a database could not return unchanged. Every store calls it first.
  ///
  /// - Throws: `RecordFault.unkeepable(reason:)`.
  package func requireStorable() throws(RecordFault) {
    guard elapsed.isFinite else { throw .unkeepable(reason: "its time is not a number") }
    guard position >= 0 else { throw .unkeepable(reason: "its position is negative") }
    if let digest = imageDigest {
      let isDigest =
        digest.utf8.count == 64 && digest.utf8.allSatisfy { (48...57).contains($0) || (97...102).contains($0) }
      guard isDigest else { throw .unkeepable(reason: "its image's digest is not a SHA-256") }
    }
    if let details { try JSONText.requireObject(details, called: "details") }
  }

  /// Whether the code is the true one; `nil` where one of them is not known.
  package var agrees: Bool? {
    guard let code = report?.diagnosis?.code, let truth = report?.groundTruth else { return nil }
    return truth.agrees(with: code)
  }
}

extension Run {
  /// Refuses what a database could not return unchanged. Every store calls it first.
  ///
  /// - Throws: `RecordFault.unkeepable(reason:)`.
  package func requireStorable() throws(RecordFault) {
    try JSONText.requireObject(settings, called: "settings")
  }
}

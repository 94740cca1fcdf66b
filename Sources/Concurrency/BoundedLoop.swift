extension Sequence where Element: Sendable {
  /// Runs an operation on each element, a limited number at once, in the order of the sequence.
  ///
  /// The first error, of an operation or of `ended`, cancels those under way and is thrown when they have ended; no further
  /// one starts.
  ///
  /// - Parameters:
  ///   - limit: how many operations run at once; less than 1 counts as 1.
  ///   - operation: the operation.
  ///   - ended: called with each outcome in the order in which operations end, one at a time. The next operation is under way
  ///     by then.
  /// - Throws: what `operation` or `ended` throws.
  public func forEachConcurrently<Outcome: Sendable>(
    limit: Int, _ operation: @escaping @Sendable (Element) async throws -> Outcome,
    ended: (Element, Outcome) throws -> Void
  ) async throws {
    try await withThrowingTaskGroup(of: (Element, Outcome).self) { group in
      var iterator = makeIterator()
      func startNext() {
        guard let element = iterator.next() else { return }
        group.addTask { (element, try await operation(element)) }
      }
      for _ in 0..<Swift.max(limit, 1) { startNext() }
      while let (element, outcome) = try await group.next() {
        startNext()
        try ended(element, outcome)
      }
    }
  }
}

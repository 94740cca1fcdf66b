/// A run in another database, whose examinations are copied.
public struct RunSource: Sendable, Hashable {
  /// The run.
  public var run: RecordID
  /// Where the database is, as ``RecordStores`` opened it before: its schema is up to date.
  public var store: String

  /// A run in a database.
  public init(run: RecordID, store: String) {
    self.run = run
    self.store = store
  }
}

import Faults

/// The databases that records can be in.
///
/// This is the only place that names an implementation of ``RecordStore``. Another database is a folder beside `SQLite`
/// and a line in ``open(_:opening:)`` that recognises its locations.
public enum RecordStores {
  /// Whether a database is made where none is.
  public enum Opening: Sendable {
    /// The database must be there.
    case existing
    /// The database, and the folders of its file, are created if they do not exist, readable only by the owner.
    case creating
  }

  /// Opens a database and brings its schema up to date.
  ///
  /// - Parameters:
  ///   - location: a file's path, or where a PostgreSQL database is: `postgresql://…`, `service=NAME` or another string
  ///     that libpq understands.
  ///   - opening: whether the database is made where none is. PostgreSQL's own database is always there; its tables are
  ///     made.
  /// - Throws: ``RecordFault/missing(store:)``, `unusable`, `unreachable`, `newer`, `busy`, `unwritable`.
  public static func open(
    _ location: String, opening: Opening = .creating
  ) async throws(RecordFault) -> any RecordStore {
    if PostgreSQLLocation.matches(location) {
      return try await PostgreSQLRecords(try PostgreSQLLocation(location), opening: opening)
    }
    return try await SQLiteRecords(path: location, opening: opening)
  }

  /// Whether a location is a server's, and not a file's path.
  public static func isServer(_ location: String) -> Bool { PostgreSQLLocation.matches(location) }

  /// A word of a command line as it may be shown and stored: a database's location without its password. Other words stay as
  /// they are.
  public static func withoutPassword(_ word: String) -> String {
    guard word.hasPrefix("--"), let mark = word.firstIndex(of: "=") else {
      return PostgreSQLLocation.withoutPassword(word)
    }
    return word[...mark] + PostgreSQLLocation.withoutPassword(String(word[word.index(after: mark)...]))
  }

  /// Where a folder's database is.
  ///
  /// - Parameters:
  ///   - folder: the folder's path.
  ///   - name: the database's name, without an extension: every run's is `records`.
  public static func location(inFolder folder: String, named name: String = "records") -> String {
    folder + (folder.hasSuffix("/") ? "" : "/") + name + DatabaseFile.pathExtension
  }
}

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
  ///   - location: a file's path.
  ///   - opening: whether the database is made where none is.
  /// - Throws: ``RecordFault/missing(store:)``, `unusable`, `newer`, `busy`, `unwritable`.
  public static func open(
    _ location: String, opening: Opening = .creating
  ) async throws(RecordFault) -> any RecordStore {
    try await SQLiteRecords(path: location, opening: opening)
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

/// The names of the files that a database of records consists of.
///
/// Whoever looks through a folder can tell them by name, and must: closing any descriptor of a file drops the process's
/// POSIX locks on it, those of an open database too (sqlite.org/howtocorrupt.html, 2.2), so such a file must not be opened
/// to find out what it is.
public enum DatabaseFile {
  /// What a database's file name ends with, the dot included.
  public static let pathExtension = ".sqlite"
  /// What the names of the files beside it add: its log, the log's index, its journal.
  private static let companions = ["-wal", "-shm", "-journal"]

  /// Whether a file belongs to a database, by its name.
  public static func isNamed(_ name: String) -> Bool {
    ([""] + companions).contains { name.hasSuffix(pathExtension + $0) }
  }
}

import Records
import Synchronization

/// The server's database.
final class History: Sendable {
  /// Its name in the data folder.
  static let name = "examinations"

  private let held = Mutex<(any RecordStore)?>(nil)

  /// The database; `nil` while there is none.
  var store: (any RecordStore)? {
    get { held.withLock { $0 } }
    set { held.withLock { $0 = newValue } }
  }
}

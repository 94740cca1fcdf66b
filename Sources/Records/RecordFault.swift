import Faults

/// A database that cannot be used as asked.
///
/// Every case names the database by its file's path.
public enum RecordFault: Fault, Equatable {
  /// The database cannot be opened, is not a database, or failed in a way that has no case of its own.
  case unusable(path: String, reason: String)
  /// There is no database where one should be read.
  case missing(path: String)
  /// A later version of this program wrote it.
  case newer(path: String, version: Int, known: Int)
  /// Another process holds its lock for too long.
  case busy(path: String)
  /// The disk is full; everything that was stored before is intact.
  case full(path: String)
  /// The database, or a file beside it, cannot be written.
  case unwritable(path: String, reason: String)
  /// It is damaged.
  case damaged(path: String, reason: String)
  /// A run's position was taken.
  case alreadyKept(run: RecordID, position: Int)
  /// A value that the database could not return unchanged.
  case unkeepable(reason: String)
  /// No run has the id.
  case unknownRun(RecordID)
  /// A cursor that no page returned.
  case badCursor(String)
  /// Examinations are deleted, but their bytes are not overwritten yet; the next deletion does that.
  case lingering(path: String, reason: String)
  /// It was closed.
  case closed(path: String)
  /// The calling task was cancelled.
  case cancelled

  /// The kind of fault.
  public var kind: FaultKind {
    switch self {
    case .unusable, .newer, .busy, .damaged, .lingering, .closed: .unavailable
    case .missing, .unknownRun: .missingInput
    case .full, .unwritable: .unwritableOutput
    case .alreadyKept, .unkeepable: .bug
    case .badCursor: .usage
    case .cancelled: .interrupted
    }
  }

  /// What is wrong and where, on one line.
  public var description: String {
    switch self {
    case .unusable(let path, let reason): "The database \(path) cannot be used: \(reason)"
    case .missing(let path): "There is no database at \(path)"
    case .newer(let path, let version, let known):
      "The database \(path) was written by a later version of this program (its schema is \(version), this program knows "
        + "up to \(known))"
    case .busy(let path): "The database \(path) is locked by another process; try again later"
    case .full(let path): "The database \(path) cannot grow: no space is left; everything stored so far is intact"
    case .unwritable(let path, let reason): "\(path): cannot be written (\(reason))"
    case .damaged(let path, let reason): "The database \(path) is damaged: \(reason)"
    case .alreadyKept(let run, let position): "Position \(position) of run \(run) is taken"
    case .unkeepable(let reason): "An examination cannot be stored: \(reason)"
    case .unknownRun(let run): "No run has the id \(run)"
    case .badCursor(let text): "The cursor \(text.prefix(64)) belongs to no page"
    case .lingering(let path, let reason):
      "The examinations are deleted from the database \(path), but their bytes are not overwritten yet (\(reason)); the next "
        + "deletion overwrites them"
    case .closed(let path): "The database \(path) was closed"
    case .cancelled: "Interrupted"
    }
  }
}

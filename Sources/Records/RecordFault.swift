import Faults

/// A database that cannot be used as asked.
///
/// Cases name the store as its owner does: by a file's path, or a server's name for it.
public enum RecordFault: Fault, Equatable {
  /// The database cannot be opened, is not a database, or failed in a way that has no case of its own.
  case unusable(store: String, reason: String)
  /// The database's server does not answer, or does not let anybody in.
  case unreachable(store: String, reason: String)
  /// There is no database where one should be read.
  case missing(store: String)
  /// A later version of this program wrote it.
  case newer(store: String, version: Int, known: Int)
  /// Another process holds its lock for too long.
  case busy(store: String)
  /// The disk is full; everything that was stored before is intact.
  case full(store: String)
  /// The database, its copy, or a place where one should be made cannot be written.
  case unwritable(place: String, reason: String)
  /// It is damaged.
  case damaged(store: String, reason: String)
  /// A run's position was taken.
  case alreadyKept(run: RecordID, position: Int)
  /// A value that the database could not return unchanged.
  case unkeepable(reason: String)
  /// No run has the id.
  case unknownRun(RecordID)
  /// A cursor that no page returned.
  case badCursor(String)
  /// Examinations are deleted, but their bytes are not overwritten yet; the next deletion does that.
  case lingering(store: String, reason: String)
  /// Two databases disagree about a run.
  case diverged(run: RecordID, reason: String)
  /// It was closed.
  case closed(store: String)
  /// The calling task was cancelled.
  case cancelled

  /// The kind of fault.
  public var kind: FaultKind {
    switch self {
    case .unusable, .unreachable, .newer, .busy, .damaged, .lingering, .diverged, .closed: .unavailable
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
    case .unusable(let store, let reason): "The database \(store) cannot be used: \(reason)"
    case .unreachable(let store, let reason): "The database at \(store) cannot be reached (\(reason))"
    case .missing(let store): "There is no database at \(store)"
    case .newer(let store, let version, let known):
      "The database \(store) was written by a later version of this program (its schema is \(version), this program knows "
        + "up to \(known))"
    case .busy(let store): "The database \(store) is locked by another process; try again later"
    case .full(let store): "The database \(store) cannot grow: no space is left; everything stored so far is intact"
    case .unwritable(let place, let reason): "\(place): cannot be written (\(reason))"
    case .damaged(let store, let reason): "The database \(store) is damaged: \(reason)"
    case .alreadyKept(let run, let position): "Position \(position) of run \(run) is taken"
    case .unkeepable(let reason): "An examination cannot be stored: \(reason)"
    case .unknownRun(let run): "No run has the id \(run)"
    case .badCursor(let text): "The cursor \(text.prefix(64)) belongs to no page"
    case .lingering(let store, let reason):
      "The examinations are deleted from the database \(store), but their bytes are not overwritten yet (\(reason)); the next "
        + "deletion overwrites them"
    case .diverged(let run, let reason): "The two databases do not agree about the run \(run): \(reason)"
    case .closed(let store): "The database \(store) was closed"
    case .cancelled: "Interrupted"
    }
  }
}

import Faults

/// A journal that was not written by this program.
struct BrokenJournal: Fault {
  var path: String
  /// From 1; `nil` where it was changed while it was read.
  var line: Int?

  var kind: FaultKind { .unusableInput }
  var description: String {
    let place = line.map { " (line \($0))" } ?? ""
    return "\(path)\(place): not the answers of an audit; start over with --replace or name another folder with --out"
  }
}

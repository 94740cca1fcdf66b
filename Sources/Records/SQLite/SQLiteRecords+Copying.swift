import Synchronization

extension SQLiteRecords {
  func copy(_ sources: [RunSource], into own: RecordID) async throws(RecordFault) -> [Int] {
    let signal = StopSignal()
    let outcome: Result<[Int], RecordFault> = await withTaskCancellationHandler {
      do throws(RecordFault) {
        return .success(
          try await writer.run { (connection: Connection) throws(RecordFault) in
            try connection.caching(mebibytes: CopiedRows.cache) { () throws(RecordFault) in
              try connection.transaction { () throws(RecordFault) -> [Int] in
                let rows = try CopiedRows(of: own, on: connection)
                var counts: [Int] = []
                for source in sources {
                  guard !signal.isGiven.load(ordering: .relaxed) else { throw .cancelled }
                  counts.append(try rows.copy(source))
                }
                return counts
              }
            }
          })
      } catch {
        return .failure(error)
      }
    } onCancel: {
      signal.isGiven.store(true, ordering: .relaxed)
    }
    return try outcome.get()
  }
}

/// Tells a connection's queue that its caller was cancelled.
private final class StopSignal: Sendable {
  let isGiven = Atomic(false)
}

/// Copies rows from other files as they are, without decoding one.
private struct CopiedRows {
  /// MiB of pages in memory meanwhile. Ids and digests come in no order: all of their indexes of a run of 400,000 images fit, and
  /// each page is written once.
  static let cache = 192
  /// Milliseconds to wait for another file's lock.
  private static let wait: Int32 = 10_000
  private static let columns = """
    id, position, finished_ms, image_name, image_sha256, outcome, code, truth, agrees, description, protocol_id, \
    protocol_sha256, model, weights_sha256, elapsed_ms, body, details
    """
  private static let count = Int32(columns.split(separator: ",").count)

  private let connection: Connection
  private let insertion: PreparedStatement
  private let flagging: PreparedStatement

  /// - Throws: `unknownRun`.
  init(of own: RecordID, on connection: Connection) throws(RecordFault) {
    let run = try connection.row("SELECT number FROM runs WHERE id = ?", [.text(own.text)]) {
      (row: Row) throws(RecordFault) in row.integer(0)
    }
    guard let run else { throw .unknownRun(own) }
    self.connection = connection
    let places = String(repeating: ", ?", count: Int(Self.count))
    insertion = try PreparedStatement(
      "INSERT INTO examinations (run, \(Self.columns)) VALUES (?\(places))", on: connection)
    try insertion.bind(.integer(run), at: 1)
    flagging = try PreparedStatement("INSERT INTO flags (examination, flag) VALUES (?, ?)", on: connection)
  }

  /// - Returns: how many there were.
  func copy(_ source: RunSource) throws(RecordFault) -> Int {
    let other = try Connection(path: source.store, wait: Self.wait, readsOnly: true)
    return try other.transaction(writes: false) { () throws(RecordFault) -> Int in
      let flags = try PreparedStatement("SELECT flag FROM flags WHERE examination = ?", on: other)
      let theirs = try PreparedStatement(
        """
        SELECT \(Self.columns), number FROM examinations WHERE run = (SELECT number FROM runs WHERE id = ?)
        ORDER BY position
        """, on: other)
      try theirs.bind(.text(source.run.text), at: 1)
      var count = 0
      while let row = try theirs.next() {
        for column in 0..<Self.count { try insertion.bind(column, of: row, at: column + 2) }
        try insertion.run()
        try flags.bind(Self.count, of: row, at: 1)
        try copyFlags(flags)
        count += 1
      }
      return count
    }
  }

  /// Gives the last examination its flags.
  private func copyFlags(_ flags: PreparedStatement) throws(RecordFault) {
    defer { flags.reset() }
    while let flag = try flags.next() {
      try flagging.bind(.integer(connection.lastNumber), at: 1)
      try flagging.bind(0, of: flag, at: 2)
      try flagging.run()
    }
  }
}

extension SQLiteRecords {
  func keep(_ examination: StoredExamination, replacing: Bool) async throws(RecordFault) {
    let row = try ExaminationRow(examination)
    try await writer.run { (connection: Connection) throws(RecordFault) in
      try connection.transaction { () throws(RecordFault) in
        try Self.insert(row, of: examination, replacing: replacing, into: connection)
      }
    }
  }

  func keep(_ examinations: [StoredExamination]) async throws(RecordFault) {
    var rows: [(row: ExaminationRow, examination: StoredExamination)] = []
    for examination in examinations { rows.append((try ExaminationRow(examination), examination)) }
    try await writer.run { [rows] (connection: Connection) throws(RecordFault) in
      try connection.transaction(writes: true) { () throws(RecordFault) in
        for (row, examination) in rows { try Self.insert(row, of: examination, replacing: false, into: connection) }
      }
    }
  }

  private static func insert(
    _ row: ExaminationRow, of examination: StoredExamination, replacing: Bool, into connection: Connection
  ) throws(RecordFault) {
    let run = try connection.row(
      "SELECT number, protocol_id, protocol_sha256, model, weights_sha256 FROM runs WHERE id = ?",
      [.text(examination.run.text)]
    ) { (row: Row) throws(RecordFault) in
      (row.integer(0), (row.text(1) ?? "", row.text(2) ?? "", row.text(3) ?? "", row.text(4) ?? ""))
    }
    guard let (run, runProvenance) = run else { throw .unknownRun(examination.run) }

    let taken = try connection.row(
      "SELECT number FROM examinations WHERE run = ? AND position = ?",
      [.integer(run), .integer(examination.position)]
    ) { (row: Row) throws(RecordFault) in row.integer(0) }
    if let taken {
      guard replacing else { throw .alreadyKept(run: examination.run, position: examination.position) }
      try connection.run("DELETE FROM examinations WHERE number = ?", [.integer(taken)])
    }
    let same = try connection.number("SELECT count(*) FROM examinations WHERE id = ?", [.text(examination.id.text)])
    guard same == 0 else { throw .unkeepable(reason: "the id \(examination.id) is taken") }
    let values = row.values(examination, run: .integer(run), runProvenance: runProvenance)
    let places = values.map { _ in "?" }.joined(separator: ", ")
    try connection.run("INSERT INTO examinations (\(ExaminationRow.storedColumns)) VALUES (\(places))", values)
    let number = try connection.number("SELECT last_insert_rowid()")
    for flag in examination.flags {
      try connection.run(
        "INSERT OR IGNORE INTO flags (examination, flag) VALUES (?, ?)", [.integer(number), .text(flag.rawValue)])
    }
  }
}

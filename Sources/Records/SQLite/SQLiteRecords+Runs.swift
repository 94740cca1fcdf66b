import Foundation

extension SQLiteRecords {
  func begin(_ run: Run) async throws(RecordFault) {
    try run.requireStorable()
    let command = try JSONText.array(run.command)
    let provenance = run.provenance
    try await writer.run { (connection: Connection) throws(RecordFault) in
      let taken = try connection.number("SELECT count(*) FROM runs WHERE id = ?", [.text(run.id.text)])
      guard taken == 0 else { throw .unkeepable(reason: "the run \(run.id) already exists") }
      try connection.run(
        """
        INSERT INTO runs (id, kind, state, started_ms, ended_ms, command, protocol_id, protocol_version, protocol_sha256,
          protocol_text, model, weights_sha256, projector_sha256, engine, seed, machine, settings, inputs)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
        """,
        [
          .text(run.id.text), .text(run.kind), .text(run.state.rawValue), .integer(run.started.milliseconds),
          run.ended.map { .integer($0.milliseconds) } ?? .null, .text(command), .text(provenance.protocolID),
          .text(provenance.protocolVersion), .text(provenance.protocolDigest), .text(provenance.protocolText),
          .text(provenance.model), .text(provenance.weights), .text(provenance.projector), .text(provenance.engine),
          .text(provenance.seed.map(String.init) ?? ""), .text(provenance.machine), .text(run.settings),
          .text(run.inputs),
        ])
    }
  }

  func mark(run: RecordID, as state: Run.State, ended: Date?) async throws(RecordFault) {
    try await writer.run { (connection: Connection) throws(RecordFault) in
      try connection.run(
        "UPDATE runs SET state = ?, ended_ms = ? WHERE id = ?",
        [.text(state.rawValue), ended.map { .integer($0.milliseconds) } ?? .null, .text(run.text)])
      guard connection.changes == 1 else { throw .unknownRun(run) }
    }
  }

  func run(_ id: RecordID) async throws(RecordFault) -> Run? {
    try await reader.run { (connection: Connection) throws(RecordFault) in
      try connection.row("SELECT \(Self.runColumns) FROM runs WHERE id = ?", [.text(id.text)]) {
        (row: Row) throws(RecordFault) in
        try Self.run(in: row, of: connection).run
      }
    }
  }

  func runs(limit: Int, after cursor: RecordCursor?) async throws(RecordFault) -> RecordPage<Run> {
    let last = try cursor.map { (cursor) throws(RecordFault) in try Place(cursor, in: .runs) }
    let limit = Self.clamped(limit)
    return try await reader.run { (connection: Connection) throws(RecordFault) in
      let found = try connection.rows(
        "SELECT \(Self.runColumns) FROM runs WHERE number < ? ORDER BY number DESC LIMIT ?",
        [.integer(last?.number ?? .max), .integer(limit + 1)]
      ) { (row: Row) throws(RecordFault) in try Self.run(in: row, of: connection) }
      let shown = found.prefix(limit)
      let next = found.count > limit ? shown.last.map { Place(list: .runs, number: $0.number).cursor } : nil
      return RecordPage(elements: shown.map(\.run), next: next)
    }
  }

  static func clamped(_ limit: Int) -> Int { min(max(limit, 1), RecordLimits.page) }

  private static let runColumns = """
    number, id, kind, state, started_ms, ended_ms, command, protocol_id, protocol_version, protocol_sha256, protocol_text, \
    model, weights_sha256, projector_sha256, engine, seed, machine, settings, inputs
    """

  private static func run(
    in row: Row, of connection: Connection
  ) throws(RecordFault) -> (number: Int64, run: Run) {
    guard let id = RecordID(row.text(1) ?? ""), let state = Run.State(rawValue: row.text(3) ?? ""),
      let seed = row.text(15), seed.isEmpty || UInt64(seed) != nil, let command = JSONText.strings(row.text(6) ?? "")
    else { throw .damaged(store: connection.path, reason: "run \(row.integer(0)) cannot be read") }
    let provenance = Run.Provenance(
      protocolID: row.text(7) ?? "", protocolVersion: row.text(8) ?? "", protocolDigest: row.text(9) ?? "",
      protocolText: row.text(10), model: row.text(11) ?? "", weights: row.text(12) ?? "", projector: row.text(13),
      engine: row.text(14) ?? "", seed: UInt64(seed), machine: row.text(16) ?? "")
    let run = Run(
      id: id, kind: row.text(2) ?? "", state: state, started: Date(milliseconds: Int64(row.integer(4))),
      ended: row.isNull(5) ? nil : Date(milliseconds: Int64(row.integer(5))), command: command, provenance: provenance,
      settings: row.text(17) ?? "", inputs: row.text(18) ?? "")
    return (Int64(row.integer(0)), run)
  }
}

/// A row's place in a list that is read from its newest row on.
struct Place {
  enum List: String {
    case runs = "r"
    case examinations = "e"
  }

  var list: List
  var number: Int64

  init(list: List, number: Int64) {
    self.list = list
    self.number = number
  }

  init(_ cursor: RecordCursor, in list: List) throws(RecordFault) {
    guard cursor.text.hasPrefix(list.rawValue), let number = Int64(cursor.text.dropFirst(), radix: 36), number > 0
    else { throw .badCursor(cursor.text) }
    self.init(list: list, number: number)
  }

  var cursor: RecordCursor { RecordCursor(list.rawValue + String(number, radix: 36)) }
}

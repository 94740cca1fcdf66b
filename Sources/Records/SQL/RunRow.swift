import Foundation

/// A run as a row of its table.
enum RunRow {
  static let columns = """
    number, id, kind, state, started_ms, ended_ms, command, protocol_id, protocol_version, protocol_sha256, protocol_text, \
    model, weights_sha256, projector_sha256, engine, seed, machine, settings, inputs
    """

  static let insertion = """
    INSERT INTO runs (id, kind, state, started_ms, ended_ms, command, protocol_id, protocol_version, protocol_sha256,
      protocol_text, model, weights_sha256, projector_sha256, engine, seed, machine, settings, inputs)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
    """

  /// What ``insertion`` binds.
  ///
  /// - Throws: `unkeepable` for values that could not be read back unchanged.
  static func values(_ run: Run) throws(RecordFault) -> [ColumnValue] {
    try run.requireStorable()
    let provenance = run.provenance
    return [
      .text(run.id.text), .text(run.kind), .text(run.state.rawValue), .integer(run.started.milliseconds),
      run.ended.map { .integer($0.milliseconds) } ?? .null, .text(try JSONText.array(run.command)),
      .text(provenance.protocolID), .text(provenance.protocolVersion), .text(provenance.protocolDigest),
      .text(provenance.protocolText), .text(provenance.model), .text(provenance.weights ?? ""),
      .text(provenance.projector), .text(provenance.engine), .text(provenance.seed.map(String.init) ?? ""),
      .text(provenance.machine), .text(run.settings), .text(run.inputs),
    ]
  }

  /// - Throws: `damaged` for a row that was not stored like this.
  static func run(in row: some ResultRow, of store: String) throws(RecordFault) -> (number: Int64, element: Run) {
    guard let id = RecordID(row.text(1) ?? ""), let state = Run.State(rawValue: row.text(3) ?? ""),
      let seed = row.text(15), seed.isEmpty || UInt64(seed) != nil, let command = JSONText.strings(row.text(6) ?? "")
    else { throw .damaged(store: store, reason: "run \(row.integer(0)) cannot be read") }
    let provenance = Run.Provenance(
      protocolID: row.text(7) ?? "", protocolVersion: row.text(8) ?? "", protocolDigest: row.text(9) ?? "",
      protocolText: row.text(10), model: row.text(11) ?? "", weights: row.text(12).flatMap { $0.isEmpty ? nil : $0 },
      projector: row.text(13),
      engine: row.text(14) ?? "", seed: UInt64(seed), machine: row.text(16) ?? "")
    let run = Run(
      id: id, kind: row.text(2) ?? "", state: state, started: Date(milliseconds: Int64(row.integer(4))),
      ended: row.isNull(5) ? nil : Date(milliseconds: Int64(row.integer(5))), command: command, provenance: provenance,
      settings: row.text(17) ?? "", inputs: row.text(18) ?? "")
    return (Int64(row.integer(0)), run)
  }
}

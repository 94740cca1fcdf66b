import Foundation
import Records
import Synchronization

/// What is in a database in memory, however often it is opened.
package final class MemoryContents: Sendable {
  struct State {
    /// In the order in which they began.
    var runs: [(number: Int, run: Run)] = []
    /// In the order in which they were stored.
    var examinations: [(number: Int, examination: StoredExamination)] = []
    /// The last number that a row got.
    var last = 0
  }

  let state = Mutex(State())

  package init() {}
}

/// A ``RecordStore`` in memory.
package final class MemoryRecords: RecordStore {
  private let contents: MemoryContents
  private let isClosed = Atomic(false)
  private static let name = "in memory"

  package init(_ contents: MemoryContents) { self.contents = contents }

  /// Reads or changes the contents. A change that throws must not have changed anything yet.
  private func access<Value>(
    _ body: (inout sending MemoryContents.State) throws(RecordFault) -> sending Value
  ) throws(RecordFault) -> sending Value {
    guard !isClosed.load(ordering: .acquiring) else { throw .closed(store: Self.name) }
    return try contents.state.withLock(body)
  }

  // MARK: Runs

  package func begin(_ run: Run) async throws(RecordFault) {
    try run.requireStorable()
    try access { (state) throws(RecordFault) in
      guard !state.runs.contains(where: { $0.run.id == run.id }) else {
        throw .unkeepable(reason: "the run \(run.id) already exists")
      }
      state.last += 1
      state.runs.append((state.last, run))
    }
  }

  package func mark(run: RecordID, as stateOfRun: Run.State, ended: Date?) async throws(RecordFault) {
    try access { (state) throws(RecordFault) in
      guard let index = state.runs.firstIndex(where: { $0.run.id == run }) else { throw .unknownRun(run) }
      let old = state.runs[index].run
      state.runs[index].run = Run(
        id: run, kind: old.kind, state: stateOfRun, started: old.started, ended: ended, command: old.command,
        provenance: old.provenance, settings: old.settings, inputs: old.inputs)
    }
  }

  package func run(_ id: RecordID) async throws(RecordFault) -> Run? {
    try access { (state) throws(RecordFault) in state.runs.first { $0.run.id == id }?.run }
  }

  package func runs(limit: Int, after cursor: RecordCursor?) async throws(RecordFault) -> RecordPage<Run> {
    let rows = try access { (state) throws(RecordFault) in state.runs }
    return try Self.page(rows.map { ($0.number, $0.run) }, limit: limit, after: cursor, prefix: "run-")
  }

  // MARK: Keeping and fetching

  package func keep(_ examinations: [StoredExamination]) async throws(RecordFault) {
    for examination in examinations { try examination.requireStorable() }
    try access { (state) throws(RecordFault) in
      var changed = state
      for examination in examinations { try Self.insert(examination, replacing: false, into: &changed) }
      state = changed
    }
  }

  package func keep(_ examination: StoredExamination, replacing: Bool) async throws(RecordFault) {
    try examination.requireStorable()
    try access { (state) throws(RecordFault) in try Self.insert(examination, replacing: replacing, into: &state) }
  }

  private static func insert(
    _ examination: StoredExamination, replacing: Bool, into state: inout MemoryContents.State
  ) throws(RecordFault) {
    guard state.runs.contains(where: { $0.run.id == examination.run }) else { throw .unknownRun(examination.run) }
    let taken = state.examinations.firstIndex {
      $0.examination.run == examination.run && $0.examination.position == examination.position
    }
    guard taken == nil || replacing else {
      throw .alreadyKept(run: examination.run, position: examination.position)
    }
    let same = state.examinations.firstIndex { $0.examination.id == examination.id }
    guard same == nil || same == taken else { throw .unkeepable(reason: "the id \(examination.id) is taken") }
    if let taken { state.examinations.remove(at: taken) }
    state.last += 1
    state.examinations.append((state.last, examination))
  }

  /// All examinations, the oldest first.
  private func all() throws(RecordFault) -> [(number: Int, examination: StoredExamination)] {
    try access { (state) throws(RecordFault) in state.examinations }
  }

  package func examination(_ id: RecordID) async throws(RecordFault) -> StoredExamination? {
    try all().first { $0.examination.id == id }?.examination
  }

  package func examination(ofRun run: RecordID, at position: Int) async throws(RecordFault) -> StoredExamination? {
    try all().first { $0.examination.run == run && $0.examination.position == position }?.examination
  }

  package func examinations(
    ofRun run: RecordID, after position: Int?, limit: Int
  ) async throws(RecordFault) -> [StoredExamination] {
    let later = try all().map(\.examination).filter { $0.run == run && $0.position > position ?? -1 }
    return Array(later.sorted { $0.position < $1.position }.prefix(Self.clamped(limit)))
  }

  package func keptPositions(ofRun run: RecordID, failures: Bool) async throws(RecordFault) -> [ClosedRange<Int>] {
    let kept = try all().map(\.examination).filter { $0.run == run && (failures || $0.failure == nil) }
    return kept.map(\.position).sorted().reduce(into: []) { ranges, position in
      if let last = ranges.last, last.upperBound + 1 == position {
        ranges[ranges.count - 1] = last.lowerBound...position
      } else {
        ranges.append(position...position)
      }
    }
  }

  // MARK: Searching

  /// What matches, the oldest first.
  private func matching(_ query: RecordQuery) throws(RecordFault) -> [(number: Int, examination: StoredExamination)] {
    let (runs, rows) = try access { (state) throws(RecordFault) in (state.runs, state.examinations) }
    let byID = Dictionary(uniqueKeysWithValues: runs.map { ($0.run.id, $0.run) })
    return rows.filter { row in
      byID[row.examination.run].map { query.matches(row.examination, of: $0) } ?? false
    }
  }

  package func examinations(
    matching query: RecordQuery, limit: Int, after cursor: RecordCursor?
  ) async throws(RecordFault) -> RecordPage<StoredExamination> {
    if Task.isCancelled { throw .cancelled }
    let rows = try matching(query).map { ($0.number, $0.examination) }
    return try Self.page(rows, limit: limit, after: cursor, prefix: "examination-")
  }

  package func counts(matching query: RecordQuery) async throws(RecordFault) -> RecordCounts {
    var counts = RecordCounts()
    for (_, examination) in try matching(query) {
      counts.examinations += 1
      if examination.failure != nil { counts.failures += 1 }
      if examination.failure == nil, examination.flags.isEmpty { counts.clean += 1 }
      if let code = examination.report?.diagnosis?.code { counts.codes[code, default: 0] += 1 }
      for flag in Set(examination.flags) { counts.flags[flag, default: 0] += 1 }
    }
    return counts
  }

  // MARK: Deleting and upkeep

  package func delete(examinations: [RecordID], runs: [RecordID]) async throws(RecordFault) -> Int {
    try access { (state) throws(RecordFault) in
      let before = state.examinations.count
      state.examinations.removeAll { examinations.contains($0.examination.id) || runs.contains($0.examination.run) }
      state.runs.removeAll { runs.contains($0.run.id) }
      return before - state.examinations.count
    }
  }

  package func backUp(to path: String) async throws(RecordFault) {
    let kept = try all().map(\.examination)
    do {
      let lines = try kept.map { try ExaminationExport.json($0) + "\n" }
      try Data(lines.joined().utf8).write(to: URL(fileURLWithPath: path), options: .atomic)
    } catch {
      throw .unwritable(place: path, reason: "\(error)")
    }
  }

  package func check() async throws(RecordFault) -> [String] {
    _ = try all()
    return []
  }

  package func close() async { isClosed.store(true, ordering: .releasing) }

  // MARK: Pages

  private static func clamped(_ limit: Int) -> Int { min(max(limit, 1), RecordLimits.page) }

  /// A page of rows that are given with the oldest first: the newest before the cursor's number.
  private static func page<Element>(
    _ rows: [(number: Int, element: Element)], limit: Int, after cursor: RecordCursor?, prefix: String
  ) throws(RecordFault) -> RecordPage<Element> {
    var end = Int.max
    if let cursor {
      guard cursor.text.hasPrefix(prefix), let number = Int(cursor.text.dropFirst(prefix.count)), number > 0 else {
        throw .badCursor(cursor.text)
      }
      end = number
    }
    let older = rows.filter { $0.number < end }.reversed()
    let shown = older.prefix(clamped(limit))
    let next = older.count > shown.count ? shown.last.map { RecordCursor(prefix + String($0.number)) } : nil
    return RecordPage(elements: shown.map(\.element), next: next)
  }
}

import CPQ

/// The answer to a statement.
final class PostgreSQLResult {
  let pointer: OpaquePointer

  init(pointer: OpaquePointer) { self.pointer = pointer }

  deinit { PQclear(pointer) }

  private func field(_ code: Unicode.Scalar) -> String {
    PQresultErrorField(pointer, Int32(code.value)).map { String(cString: $0) } ?? ""
  }

  /// What went wrong. The server's message names tables and users, never a row's values: those are in its details.
  ///
  /// - Parameters:
  ///   - store: the database's name.
  ///   - isLost: whether the connection ended with it.
  ///   - isCancelled: whether its end had been asked for.
  func fault(of store: String, isLost: Bool, isCancelled: Bool) -> RecordFault {
    // postgresql.org/docs/current/errcodes-appendix.html
    let state = field("C")
    let primary = field("M")
    let words = primary.isEmpty ? String(cString: PQresultErrorMessage(pointer)) : primary
    let message = words.split(separator: "\n").first.map(String.init) ?? "the connection was closed"
    switch state {
    case "57014": return isCancelled ? .cancelled : .busy(store: store)
    case "55P03", "40001", "40P01": return .busy(store: store)
    case "53100": return .full(store: store)
    case "42501", "25006", "58030": return .unwritable(place: store, reason: message)
    case "23505": return .unkeepable(reason: "its id is taken")
    case "23503": return .unkeepable(reason: "its run was deleted meanwhile")
    case "XX001", "XX002": return .damaged(store: store, reason: message)
    default:
      let isGone = isLost || state.hasPrefix("08") || ["57P01", "57P02", "57P03", "57P05"].contains(state)
      return isGone ? .unreachable(store: store, reason: message) : .unusable(store: store, reason: message)
    }
  }
}

/// A row of an answer, valid as long as the answer.
struct PostgreSQLRow: ResultRow {
  fileprivate let result: OpaquePointer
  fileprivate let index: Int32

  init(result: OpaquePointer, index: Int32) {
    self.result = result
    self.index = index
  }

  func isNull(_ column: Int32) -> Bool { PQgetisnull(result, index, column) == 1 }

  func integer(_ column: Int32) -> Int { text(column).flatMap { Int($0) } ?? 0 }

  func real(_ column: Int32) -> Double { text(column).flatMap { Double($0) } ?? 0 }

  func text(_ column: Int32) -> String? {
    guard !isNull(column), let start = PQgetvalue(result, index, column) else { return nil }
    let count = Int(PQgetlength(result, index, column))
    return start.withMemoryRebound(to: UInt8.self, capacity: count) { start in
      StorableText.text(UnsafeBufferPointer(start: start, count: count))
    }
  }
}

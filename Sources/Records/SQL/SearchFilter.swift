/// How a database says what SQL leaves open.
enum SQLDialect: Sendable {
  case sqlite
  case postgresql

  /// Whether a column has a part, without regard to the case of ASCII letters.
  func contains(_ column: String) -> String {
    switch self {
    case .sqlite: "instr(lower(\(column)), lower(?)) > 0"
    // The columns have the collation "C" as well, so `lower` changes ASCII letters only.
    case .postgresql: "strpos(lower(\(column)), lower(?::text COLLATE \"C\")) > 0"
    }
  }
}

/// A query as a condition in SQL. Only values come from outside, and they are bound.
struct SearchFilter: Sendable {
  private(set) var condition = "1 = 1"
  private(set) var values: [ColumnValue] = []

  init(_ query: RecordQuery, in dialect: SQLDialect) {
    if let name = query.imageName {
      switch dialect {
      // Names are scanned in their index: the table's rows are a hundred times as large.
      case .sqlite:
        add("e.number IN (SELECT number FROM examinations WHERE \(dialect.contains("image_name")))", .text(name))
      case .postgresql: add(dialect.contains("e.image_name"), .text(name))
      }
    }
    if let digest = query.imageDigest { add(prefix: digest, of: "e.image_sha256") }
    if let code = query.code { add("e.code = ?", .text(code.rawValue)) }
    if let agrees = query.agrees { add("e.agrees = ?", .integer(agrees ? 1 : 0)) }
    if let flag = query.flag {
      add("e.number IN (SELECT examination FROM flags WHERE flag = ?)", .text(flag.rawValue))
    }
    if let isClean = query.isClean {
      let hasFlag = "EXISTS (SELECT 1 FROM flags WHERE examination = e.number)"
      add(isClean ? "e.outcome <> 'failure' AND NOT \(hasFlag)" : hasFlag)
    }
    if let isFailure = query.isFailure { add(isFailure ? "e.outcome = 'failure'" : "e.outcome <> 'failure'") }
    if let name = query.readingProtocol { add(prefix: name, of: "e.protocol_sha256", or: "e.protocol_id") }
    if let name = query.weights { add(prefix: name, of: "e.weights_sha256", or: "e.model") }
    if let run = query.run { add("e.run = (SELECT number FROM runs WHERE id = ?)", .text(run.text)) }
    if let from = query.from { add("e.finished_ms >= ?", .integer(from.milliseconds)) }
    if let to = query.to { add("e.finished_ms < ?", .integer(to.milliseconds)) }
    if let text = query.text { add(dialect.contains("e.description"), .text(text)) }
  }

  private mutating func add(_ condition: String, _ values: ColumnValue...) {
    self.condition += " AND (\(condition))"
    self.values += values
  }

  /// The first digits of a digest, in a way that an index answers: `g` stands behind every hexadecimal digit.
  private mutating func add(prefix: String, of column: String, or name: String? = nil) {
    let digits = prefix.lowercased()
    let range = "\(column) >= ? AND \(column) < ?"
    if let name {
      add("(\(range)) OR \(name) = ?", .text(digits), .text(digits + "g"), .text(prefix))
    } else {
      add(range, .text(digits), .text(digits + "g"))
    }
  }
}

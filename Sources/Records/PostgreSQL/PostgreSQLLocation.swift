import CPQ
import Foundation

/// Where a PostgreSQL database is, in words that libpq understands: a URI, or a string of keywords and values.
struct PostgreSQLLocation: Sendable {
  /// As it was given; it may hold a password.
  let text: String
  /// Its name in messages: `host:port/database`, or `service=NAME`. It never holds a password.
  let name: String

  private static let schemes = ["postgresql://", "postgres://"]
  private static let keywords = ["service", "host", "hostaddr", "port", "dbname", "user"]

  /// Whether a location is one of these, and not a file's path.
  static func matches(_ location: String) -> Bool {
    schemes.contains { location.hasPrefix($0) } || keywords.contains { location.hasPrefix($0 + "=") }
  }

  /// - Throws: `unusable` for words that libpq does not understand. They are not repeated: they may hold a password.
  init(_ text: String) throws(RecordFault) {
    guard let given = Self.options(of: text) else {
      throw .unusable(
        store: Self.withoutPassword(text),
        reason: "libpq does not understand this location; docs/RECORDS.md has examples")
    }
    self.text = text
    let known = given.filter { !$0.isSecret }.reduce(into: [:]) { $0[$1.keyword] = $1.value }
    if known["host"] == nil, known["hostaddr"] == nil,
      let service = known["service"] ?? ProcessInfo.processInfo.environment["PGSERVICE"]
    {
      name = "service=\(service)"
      return
    }
    let usual = Self.list(PQconndefaults()).reduce(into: [:]) { $0[$1.keyword] = $1.value }
    func value(_ keyword: String) -> String? { known[keyword] ?? usual[keyword] }
    let host = value("host") ?? value("hostaddr") ?? "local"
    let database = value("dbname") ?? value("user") ?? ""
    let isAddress = host.contains(":") && !host.hasPrefix("/")
    name = "\(isAddress ? "[\(host)]" : host):\(value("port") ?? "5432")/\(database)"
  }

  /// A location as it may be shown and stored. Other texts stay as they are.
  static func withoutPassword(_ text: String) -> String {
    guard matches(text) else { return text }
    guard let scheme = schemes.first(where: { text.hasPrefix($0) }) else { return keywordsWithoutPassword(text) }
    guard let given = options(of: text) else { return scheme + "…" }
    guard given.contains(where: \.isSecret) else { return text }
    var (place, query) = (Substring(text.dropFirst(scheme.count)), Substring())
    if let mark = place.firstIndex(of: "?") { (place, query) = (place[..<mark], place[place.index(after: mark)...]) }
    if let end = place.lastIndex(of: "@"), let colon = place[..<end].firstIndex(of: ":") {
      place = place[..<colon] + place[end...]
    }
    let kept = query.split(separator: "&").filter { !$0.lowercased().contains("password=") }
    return scheme + place + (kept.isEmpty ? "" : "?" + kept.joined(separator: "&"))
  }

  private static func keywordsWithoutPassword(_ text: String) -> String {
    guard let given = options(of: text) else { return text.prefix { $0 != "=" } + "=…" }
    guard given.contains(where: \.isSecret) else { return text }
    return given.filter { !$0.isSecret }.map { option in
      let isPlain = option.value.allSatisfy { !$0.isWhitespace && $0 != "'" && $0 != "\\" } && !option.value.isEmpty
      let quoted = option.value.replacing("\\", with: "\\\\").replacing("'", with: "\\'")
      return "\(option.keyword)=\(isPlain ? option.value : "'\(quoted)'")"
    }.joined(separator: " ")
  }

  // MARK: What libpq reads

  private struct ConnectionOption {
    var keyword: String
    var value: String
    /// Whether libpq itself says that nobody should see it.
    var isSecret: Bool
  }

  /// The options of a location; `nil` for one that is malformed.
  private static func options(of text: String) -> [ConnectionOption]? {
    guard let first = PQconninfoParse(text, nil) else { return nil }
    return list(first)
  }

  /// Frees libpq's array.
  private static func list(_ first: UnsafeMutablePointer<PQconninfoOption>?) -> [ConnectionOption] {
    guard let first else { return [] }
    defer { PQconninfoFree(first) }
    var found: [ConnectionOption] = []
    var next = first
    while let keyword = next.pointee.keyword {
      if let value = next.pointee.val {
        let mark = next.pointee.dispchar.map { String(cString: $0) } ?? ""
        found.append(
          ConnectionOption(
            keyword: String(cString: keyword), value: String(cString: value), isSecret: mark.hasPrefix("*")))
      }
      next += 1
    }
    return found
  }
}

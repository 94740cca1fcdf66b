/// A row of comma-separated values, as every table that this program writes has it (RFC 4180, UTF-8).
///
/// A spreadsheet may run a cell that begins with `=`, `+`, `-`, `@`, a tab or a carriage return as a formula, and the
/// text in our cells comes from models and from outside. Such a value is prefixed with an apostrophe (OWASP, "CSV
/// Injection"). So is one that begins with apostrophes and then such a sign: removing one apostrophe then always gives
/// the original, as ``original(_:)`` does.
public enum CSVRow {
  /// Characters that turn a cell that begins with them into a formula.
  static let formulaSigns = Array("=+-@\t\r".utf8)

  /// The row, without its end.
  public static func text(_ fields: [String]) -> String { fields.map(field).joined(separator: ",") }

  /// One value as it stands between two commas: guarded, and in quotes where it has to be.
  public static func field(_ value: String) -> String {
    let isGuarded = mayBeFormula(value)
    let text = isGuarded ? "'" + value : value
    guard isGuarded || needsQuotes(text) else { return text }
    return "\"" + text.replacing("\"", with: "\"\"") + "\""
  }

  /// The value that ``field(_:)`` was given, from the cell as a reader of comma-separated values has it.
  public static func original(_ cell: String) -> String {
    cell.utf8.first == apostrophe && mayBeFormula(cell) ? String(cell.dropFirst()) : cell
  }

  private static let apostrophe = UInt8(ascii: "'")

  /// Whether a formula sign is at the beginning, apostrophes aside.
  private static func mayBeFormula(_ value: String) -> Bool {
    // By bytes: CR LF is one Character of Swift's, and so is a sign with a combining mark behind it.
    value.utf8.first { $0 != apostrophe }.map(formulaSigns.contains) ?? false
  }

  private static func needsQuotes(_ text: String) -> Bool {
    let special = Array(",\"\r\n".utf8)
    let space = UInt8(ascii: " ")
    return text.utf8.contains(where: special.contains) || text.utf8.first == space || text.utf8.last == space
  }
}

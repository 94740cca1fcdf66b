import AtomicFiles
import Tables

/// A table of comma-separated values (RFC 4180, UTF-8, CR LF) that is written row by row and appears whole or not at all.
public final class Spreadsheet {
  private let file: AtomicFile

  /// Begins a table with its header.
  ///
  /// - Throws: `UnwritableFile`.
  public init(path: String, header: [String]) throws(UnwritableFile) {
    file = try AtomicFile(path, draft: .named, mode: 0o644)
    try add(header)
  }

  /// Adds a row.
  ///
  /// - Throws: `UnwritableFile`.
  public func add(_ fields: [String]) throws(UnwritableFile) { try file.write(Self.line(fields)) }

  /// Adds a row that ``line(_:)`` made.
  ///
  /// - Throws: `UnwritableFile`.
  func add(line: String) throws(UnwritableFile) { try file.write(line) }

  /// Puts the table in its place.
  ///
  /// - Throws: `UnwritableFile`; the previous file is then intact.
  public func finish() throws(UnwritableFile) { try file.finish() }

  /// One row as `CSVRow` writes it, with its end.
  static func line(_ fields: [String]) -> String { CSVRow.text(fields) + "\r\n" }
}

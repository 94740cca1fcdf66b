import Datasets
import Dermoscopy
import Digests
import Foundation
import Tables

/// What Phases 1 and 2 found, read back from `phase2_results.csv`: all that Phase 3 needs.
public struct Phase2Table: Sendable {
  /// The results of Phases 1 and 2 for one image.
  public struct Row: Sendable, Hashable {
    /// The image's name.
    public var name: String
    /// Phase 1's answers, in the protocol's canonical words.
    public var observations: Observations
    /// Phase 2's text as the model wrote it; `nil` where the protocol has no review.
    public var description: String?
    /// SHA-256 of the row as it is in the table, hexadecimal.
    public var digest: String
  }

  /// In the table's order.
  public let rows: [Row]

  /// Reads a table.
  ///
  /// - Throws: `LabelFault` when it is missing, no table, or lacks a column that the protocol needs.
  public init(path: String, readingProtocol: ReadingProtocol) throws(LabelFault) {
    guard let data = FileManager.default.contents(atPath: path) else {
      throw LabelFault(file: path, line: nil, reason: "no such table, or it cannot be read", kind: .missingInput)
    }
    try self.init(bytes: Array(data), name: path, readingProtocol: readingProtocol)
  }

  /// Reads a table's bytes.
  ///
  /// An answer is read as if the model had just given it: only canonical words get from a table into a prompt.
  ///
  /// - Throws: `LabelFault`, as above.
  public init(bytes: [UInt8], name: String, readingProtocol: ReadingProtocol) throws(LabelFault) {
    let table = try CommaSeparatedValues(bytes, name: name)
    guard let header = table.rows.first else { throw LabelFault(file: name, line: nil, reason: "the file is empty") }
    let columns = header.fields.map { $0.trimmingCharacters(in: .whitespaces).lowercased() }
    func place(_ column: String) throws(LabelFault) -> Int {
      guard let place = columns.firstIndex(of: column.lowercased()) else {
        throw LabelFault(
          file: name, line: header.line,
          reason: "the column \(column) is missing, which the protocol \(readingProtocol.id) needs")
      }
      return place
    }
    let image = try place("filename")
    var questions: [(question: Question, place: Int)] = []
    for question in readingProtocol.questions { questions.append((question, try place(question.id))) }
    let description = readingProtocol.review == nil ? nil : try place("adj_desc")

    var names: Set<String> = []
    var rows: [Row] = []
    for row in table.rows.dropFirst() {
      guard row.fields.count == columns.count else {
        throw LabelFault(
          file: name, line: row.line, reason: "\(row.fields.count) fields where the header has \(columns.count)")
      }
      let fields = row.fields.map(CSVRow.original)
      let image = fields[image].trimmingCharacters(in: .whitespaces)
      guard !image.isEmpty else { throw LabelFault(file: name, line: row.line, reason: "the filename is missing") }
      guard names.insert(image).inserted else {
        throw LabelFault(file: name, line: row.line, reason: "\(image) is there a second time")
      }
      let answers = questions.map { question, place in
        let raw = fields[place]
        let value = AnswerReader(form: question.answer, subject: question.label).value(of: raw)
        return (question: question.id, observation: Observation(value: value, raw: raw))
      }
      rows.append(
        Row(
          name: image, observations: Observations(answers), description: description.map { fields[$0] },
          digest: SHA256Digest(of: Array(Spreadsheet.line(fields).utf8)).hexadecimal))
    }
    self.rows = rows
    guard !rows.isEmpty else { throw LabelFault(file: name, line: nil, reason: "the table has no row") }
  }
}

import Datasets
import Dermoscopy
import Digests
import Tables

/// The true words of images, from a table: a column `image`, and one for each question of the protocol whose answer is known.
public struct TrueWords: Sendable {
  /// The table's file, as it was named.
  public let name: String
  /// Columns that are no question of the protocol, in one sentence; `nil` without any.
  public let remark: String?
  /// SHA-256 of the table's bytes, hexadecimal.
  let digest: String
  private let byImage: [String: [String: String]]

  /// Reads a table.
  ///
  /// - Parameters:
  ///   - path: the file.
  ///   - readingProtocol: whose questions and words are expected.
  /// - Throws: `LabelFault` that names file, line and reason.
  public init(path: String, for readingProtocol: ReadingProtocol) throws(LabelFault) {
    try self.init(
      bytes: try Labels.bytes(ofFileAt: path, what: "table of true words"), name: path, for: readingProtocol)
  }

  /// Reads a table's bytes.
  ///
  /// - Throws: `LabelFault` for a table without images or questions, an image that is there twice, and a word that is no
  ///   answer to its question.
  init(bytes: [UInt8], name: String, for readingProtocol: ReadingProtocol) throws(LabelFault) {
    let table = try CommaSeparatedValues(bytes, name: name, dialect: .spreadsheet)
    let header = table.rows.first
    func fault(_ line: Int?, _ reason: String) -> LabelFault { LabelFault(file: name, line: line, reason: reason) }
    let columns = (header?.fields ?? []).map(Self.trimmed)
    guard let image = columns.firstIndex(of: "image") else { throw fault(header?.line, "the column image is missing") }
    let questions = readingProtocol.questions.compactMap { question in
      columns.firstIndex(of: question.id).map { (question, $0) }
    }
    guard !questions.isEmpty else {
      throw fault(
        header?.line,
        "no column is a question of the protocol \(readingProtocol.id); its questions: "
          + readingProtocol.questions.map(\.id).joined(separator: ", "))
    }
    var byImage: [String: [String: String]] = [:]
    for row in table.rows.dropFirst() {
      func cell(_ place: Int) -> String { row.fields.indices.contains(place) ? Self.trimmed(row.fields[place]) : "" }
      let key = Labels.key(of: cell(image))
      guard !key.isEmpty else { throw fault(row.line, "an image's name is missing") }
      var words: [String: String] = [:]
      for (question, place) in questions where !cell(place).isEmpty {
        let text = cell(place)
        let word = AnswerReader(form: question.answer, subject: question.label).value(of: text)
        guard word != Observation.unclear else {
          throw fault(
            row.line,
            "\(question.id) is '\(text)', not one of \(question.answer.values.joined(separator: ", "))")
        }
        words[question.id] = word
      }
      guard byImage.updateValue(words, forKey: key) == nil else { throw fault(row.line, "\(key) is there twice") }
    }
    self.name = name
    self.byImage = byImage
    digest = SHA256Digest(of: bytes).hexadecimal
    let known = Set(questions.map(\.0.id) + ["image"])
    let others = columns.filter { !known.contains($0) && !$0.isEmpty }
    remark = others.isEmpty ? nil : "\(name): columns that were not read: \(others.joined(separator: ", "))"
  }

  /// An image's words by question; `nil` for an image that the table does not have.
  func words(of image: String) -> [String: String]? { byImage[Labels.key(of: image)] }

  /// How many of some images the table has, in one sentence.
  ///
  /// - Throws: `LabelFault` if it has none of them.
  func match(_ images: [String]) throws(LabelFault) -> String {
    let count = images.count { words(of: $0) != nil }
    guard count > 0 || images.isEmpty else {
      throw LabelFault(
        file: name, line: nil, reason: "none of its \(byImage.count) images is among the \(images.count) that are read")
    }
    return "\(name): true words of \(count) of \(images.count) images"
  }

  private static func trimmed(_ text: String) -> String {
    String(text.drop(while: \.isWhitespace).reversed().drop(while: \.isWhitespace).reversed())
  }
}

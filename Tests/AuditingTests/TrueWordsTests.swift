import AuditStatistics
import Datasets
import Dermoscopy
import Testing

@testable import Auditing

/// True words of images that are no phantoms come from a table.
@Suite(.timeLimit(.minutes(5))) struct TrueWordsTests {
  private func read(_ text: String) throws -> TrueWords {
    try TrueWords(bytes: Array(text.utf8), name: "true.csv", for: try .builtin(named: "seed"))
  }

  @Test func `words are read in their canonical form, and other columns are named`() throws {
    let words = try read("image;Network;Colors;site\nlesion-100.png;Yes;brown, black;arm\nlesion-101;;pink;\n")
    #expect(words.words(of: "folder/lesion-100.jpg") == ["Network": "yes", "Colors": "brown, black"])
    #expect(words.words(of: "lesion-101.png") == ["Colors": "pink"])
    #expect(words.words(of: "lesion-102.png") == nil)
    #expect(words.remark == "true.csv: columns that were not read: site")
    #expect(try words.match(["lesion-100.png", "x.png"]) == "true.csv: true words of 1 of 2 images")
  }

  @Test(arguments: [
    ("Network\nyes\n", "true.csv, line 1: the column image is missing"),
    (
      "image,site\na,arm\n",
      "true.csv, line 1: no column is a question of the protocol seed; its questions: Architecture"
    ),
    ("image,Network\na,yes\n\nb,perhaps not\n", "true.csv, line 4: Network is 'perhaps not', not one of yes, no"),
    ("image,Network\n,yes\n", "true.csv, line 2: an image's name is missing"),
    ("image,Network\na.png,yes\na.jpg,no\n", "true.csv, line 3: a is there twice"),
  ])
  func `a wrong table is refused with the line`(_ text: String, _ reason: String) throws {
    let fault = #expect(throws: LabelFault.self) { try read(text) }
    #expect(fault?.description.hasPrefix(reason) == true, "\(fault?.description ?? "none")")
  }

  @Test func `a table of other images is refused`() throws {
    let words = try read("image,Network\na.png,yes\n")
    let fault = #expect(throws: LabelFault.self) { try words.match(["b.png", "c.png"]) }
    #expect(fault?.description == "true.csv: none of its 1 images is among the 2 that are read")
  }

  private static let arms = """
    { "schema": "dermgemma-arms/1", "id": "truth", "version": "1", "title": "Truth", "arms": [
      { "name": "true", "title": "t", "family": "chain", "role": "intervention", "change": {"kind": "true_notes"},
        "doses": [{"dose": 1, "count": 1}, {"dose": 2, "count": 2}], "compared": ["intervention_gain"] }
    ] }
    """

  @Test func `notes are set to the table's words, of its images only`() async throws {
    let fixture = try AuditFixture(4)
    defer { fixture.remove() }
    let document = try ArmsDocument(json: Array(Self.arms.utf8), name: "truth")
    // A melanoma is black and a nevus brown to this model, whose own notes say tan of everything.
    let words = try read("image,Colors\nlesion-100,black\nlesion-101,brown\n")
    let (rows, work) = try await fixture.rows(
      document, try PlantedModels.model(.ignoresImage), parallel: 2,
      journal: try AuditJournal("\(fixture.folder)/words.jsonl"), trueWords: words)
    let answers = try AnswerFile(bytes: Array(([AnswerFile.header] + rows).joined(separator: "\n").utf8), name: "rows")
      .answers.filter { $0.role == .intervention }
    #expect(answers.map(\.image) == ["lesion-100.png", "lesion-101.png"])
    #expect(answers.map(\.dose) == [1, 1], "one word is known of each")
    #expect(
      answers.map(\.verdict) == [LesionCode.melanoma, .nevus].compactMap { LesionCode.allCases.firstIndex(of: $0) })
    #expect(work.encodes == 4)
    let none = try await fixture.table(document, try PlantedModels.model(.none), journal: "none")
    #expect(none.rows.count == 4, "without a table there is nothing to set them to")
  }
}

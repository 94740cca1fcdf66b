import Dermoscopy
import Foundation
import Records
import TestRecords
import Testing

@testable import Validation

/// Runs that nobody really made; the truth of every image is MEL.
@Suite struct RunComparisonTests {
  private struct Image {
    var name: String
    var content: Int
    var code: LesionCode = .melanoma
    var flags: [QualityFlag] = []
    var text = "An even network, brown."
  }

  /// A database with a run over some images; `nil` is one that could not be read.
  private func database(_ images: [Image?], kind: String = "validate all") async throws -> String {
    let path = try RecordFixtures.path()
    let store = try await RecordStores.open(path)
    let run = RecordFixtures.run(kind: kind)
    try await store.begin(run)
    for (position, image) in images.enumerated() {
      guard let image else {
        try await store.keep(RecordFixtures.failure(position, of: run))
        continue
      }
      try await store.keep(
        RecordFixtures.examination(
          position, of: run, name: image.name, image: image.content, code: image.code, flags: image.flags,
          text: image.text))
    }
    try await store.mark(run: run.id, as: .finished)
    await store.close()
    return path
  }

  private func comparison(_ first: [Image?], _ second: [Image?]) async throws -> RunComparison {
    let (one, other) = (try await database(first), try await database(second))
    return try await RunComparison(
      OpenRun(RunReference(one)), OpenRun(RunReference(other)), replicates: 50)
  }

  @Test func `images are the same by their files, whatever their names, and what does not fit is told`() async throws {
    let comparison = try await comparison(
      [
        Image(name: "same.png", content: 1), Image(name: "old.png", content: 2), Image(name: "edited.png", content: 3),
        Image(name: "mine.png", content: 4), nil,
      ],
      [
        Image(name: "yours.png", content: 9), Image(name: "new.png", content: 2), Image(name: "same.png", content: 1),
        Image(name: "edited.png", content: 33),
      ])
    let summary = comparison.summary
    #expect(summary.first == 5 && summary.second == 4 && summary.shared == 2)
    #expect(summary.changed == ["edited.png"] && summary.onlySecond == ["yours.png"])
    #expect(summary.onlyFirst == ["mine.png", "broken.jpg"])
    #expect(summary.remarks.contains("1 image of the same name but another content: edited.png"))
  }

  @Test func `a picture under several names is compared once`() async throws {
    let first = ["a", "b", "c"].map { Image(name: $0, content: $0 == "c" ? 2 : 1, flags: $0 == "c" ? [] : [.tooShort]) }
    var second = first
    second[0].code = .nevus
    second[1].code = .nevus
    let comparison = try await comparison(first, second)
    #expect(comparison.summary.shared == 3 && comparison.summary.repeats == 1)
    #expect(comparison.summary.remarks == ["1 name of a picture that is compared under another name"])
    let accuracy = try #require(comparison.figures?[MetricKey(metric: .accuracy)])
    #expect(accuracy.first.count == 2 && accuracy.second.value == 0.5)
    let test = try #require(comparison.tests.first?.test)
    #expect((test.both, test.onlyFirst, test.onlySecond, test.neither) == (1, 1, 0, 0))
    #expect(comparison.cleanRate.first.count == 2 && comparison.cleanRate.first.value == 0.5)
    #expect(comparison.agreement.codes?.same.value == 0.5 && comparison.disagreementCounts == [.first: 1])
    #expect(comparison.agreement.questions.allSatisfy { $0.same.count == 2 && $0.same.value == 1 })
  }

  @Test func `an image that one of them could not read is left out and told`() async throws {
    let broken = Image(name: "broken.jpg", content: 5)
    let comparison = try await comparison(
      [broken, Image(name: "a.png", content: 1)], [nil, Image(name: "a.png", content: 1)])
    #expect(comparison.summary.unreadable == ["broken.jpg"] && comparison.summary.shared == 1)
  }

  @Test func `the images on which they part come with both answers, and with who is right`() async throws {
    let names = ["a", "b", "c", "d"]
    let first: [LesionCode] = [.melanoma, .nevus, .nevus, .melanoma]
    let second: [LesionCode] = [.nevus, .melanoma, .benignKeratosis, .melanoma]
    func images(_ codes: [LesionCode], _ text: String) -> [Image] {
      names.indices.map { Image(name: names[$0], content: $0 + 1, code: codes[$0], text: text) }
    }
    let comparison = try await comparison(images(first, "First words."), images(second, "Other words."))
    var disagreements: [Disagreement] = []
    try await comparison.forEachDisagreement { disagreements.append($0) }
    #expect(disagreements.map(\.first.image.name) == ["a", "b", "c"])
    #expect(disagreements.map(\.verdict) == [.first, .second, .neither])
    #expect(comparison.disagreementCounts == [.first: 1, .second: 1, .neither: 1])
    let lines = DisagreementText.lines(of: try #require(disagreements.first))
    #expect(lines[0] == "a: truth MEL, A is right")
    #expect(lines.contains { $0.contains("First words.") && $0.contains("│ Other words.") }, "\(lines)")

    let figures = try #require(comparison.figures)
    let accuracy = try #require(figures[MetricKey(metric: .accuracy)])
    #expect(accuracy.first.value == 0.5 && accuracy.second.value == 0.5 && accuracy.difference.value == 0)
    #expect(comparison.agreement.codes?.same.value == 0.25)
    #expect(comparison.tests.first?.test.probability == 1)
  }

  @Test func `the clean rates are compared over all images, labelled or not`() async throws {
    let comparison = try await comparison(
      [Image(name: "a", content: 1, flags: [.tooShort]), Image(name: "b", content: 2)],
      [Image(name: "a", content: 1), Image(name: "b", content: 2)])
    #expect(comparison.cleanRate.first.value == 0.5 && comparison.cleanRate.difference.value == 0.5)
    #expect((comparison.cleanTest.onlyFirst, comparison.cleanTest.onlySecond) == (0, 1))
  }

  @Test func `runs that share no image are refused, with the reason`() async throws {
    await #expect {
      try await comparison([Image(name: "a.png", content: 1)], [Image(name: "b.png", content: 2)])
    } throws: { error in
      let text = "\(error)"
      return (error as? ComparisonFault)?.kind == .unusableInput && text.contains("no image was read by both")
        && text.contains("1 image in A alone: a.png") && text.contains("1 image in B alone: b.png")
    }
    await #expect(throws: ComparisonFault.self) { try await comparison([], [Image(name: "b.png", content: 2)]) }
  }

  @Test func `a run is not compared with itself`() async throws {
    let path = try await database([Image(name: "a.png", content: 1)])
    await #expect(throws: ComparisonFault.sameRun(first: path, second: path)) {
      try await RunComparison(OpenRun(RunReference(path)), OpenRun(RunReference(path)))
    }
  }

  @Test func `a folder, a database and a run's id all name a run`() async throws {
    let path = try await database([Image(name: "a.png", content: 1)])
    let open = try await OpenRun(RunReference(path))
    let folder = String(path.dropLast("/records.sqlite".count))
    #expect(RunReference(folder).database == path && RunReference(folder).run == nil)
    let byID = RunReference("\(folder)@\(open.run.id)")
    #expect(byID.database == path && byID.run == open.run.id)
    #expect(try await OpenRun(byID).run.id == open.run.id)
    await #expect(throws: RecordFault.unknownRun(try #require(RecordID("none")))) {
      try await OpenRun(RunReference("\(folder)@none"))
    }
    await #expect(throws: RecordFault.missing(store: folder + "/nothing")) {
      try await OpenRun(RunReference(folder + "/nothing"))
    }
  }

  @Test func `the JSON is one object, and the page keeps names and words text`() async throws {
    let hostile = "<img src=x onerror=alert(1)>.png"
    let comparison = try await comparison(
      [Image(name: hostile, content: 1, code: .nevus, text: "</td><script>alert(2)</script>")],
      [Image(name: hostile, content: 1)])
    let folder = try RecordFixtures.path("page")
    try await ComparisonReport.write(comparison, into: folder, images: "/none")
    let json = try Data(contentsOf: URL(fileURLWithPath: folder + "/comparison.json"))
    let object = try #require(try JSONSerialization.jsonObject(with: json) as? [String: Any])
    #expect(object["schema"] as? String == "dermgemma-comparison/1")
    #expect((object["parted"] as? [[String: Any]])?.first?["verdict"] as? String == "b")
    let page = try String(contentsOfFile: folder + "/comparison.html", encoding: .utf8)
    #expect(!page.contains("<img src=x") && !page.contains("<script>alert") && page.contains("&lt;img src=x"))
    #expect(page.contains("Content-Security-Policy"))
  }
}

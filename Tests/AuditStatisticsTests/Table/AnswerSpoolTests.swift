import AtomicFiles
import Datasets
import Dermoscopy
import Foundation
import Testing

@testable import AuditStatistics

@Suite("Answers on the disk")
struct AnswerSpoolTests {
  /// Every kind of value, several seeds, two photographs of a lesion, an answer to something that is no lesion.
  private static let answers: [AuditAnswer] = {
    var answers = (0..<12).flatMap { number -> [AuditAnswer] in
      let (name, lesion) = ("i\(number)", "L\(number / 2)")
      let truth = LesionCode.allCases[number % 4]
      let share = 0.1 + Double(number) / 20
      var rows = (0..<3).map { seed in
        answer(name, [share, 0.9 - share, 0.05, 0.05], truth: truth, seed: UInt64(seed), lesion: lesion)
          .raw([0.25, 0.25, 0.25, 0.25])
      }
      for seed in rows.indices {
        rows[seed].words = ["Network": seed == number % 3 ? "yes" : "no", "Colors": "brown, black"]
        rows[seed].code = LesionCode.allCases[(number + seed) % 4]
      }
      rows[0].skin = SkinLightness(lightness: 40 + Double(number), yellowness: 12)
      for dose in [1, 3] {
        rows.append(answer(name, .camera, [0.9 - share, share, 0.05, 0.05], arm: "jpeg", dose: dose, lesion: lesion))
      }
      rows.append(answer(name, .erased, [0.3, 0.3, 0.2, 0.2], arm: "erased", lesion: lesion))
      rows.append(answer(name, .order, [0.2, 0.4, 0.2, 0.2], arm: "order", dose: 1).raw([0.5, 0.3, 0.1, 0.1]))
      rows.append(answer(name, .opinion, [0.4, 0.2, 0.2, 0.2], arm: "expert", target: .melanoma))
      var review = AuditAnswer(image: name, role: .planted, arm: "review_Network")
      (review.isFlagged, review.attribute) = (number % 2 == 0, "Network")
      var toggled = answer(name, .phantom, [share, 0.9 - share, 0.05, 0.05], arm: "network")
      (toggled.attribute, toggled.words) = ("Network", ["Network": "no", "Colors": "brown"])
      return rows + [review, toggled]
    }
    answers.append(answer("coin", .outOfScope, [0.7, 0.1, 0.1, 0.1], arm: "thing"))
    return answers
  }()

  private func spool() throws -> AnswerSpool {
    let spool = try AnswerSpool()
    for one in Self.answers { try spool.append(one) }
    try spool.flush()
    return spool
  }

  @Test("come back as they were")
  func same() throws {
    let spool = try spool()
    #expect(spool.all == Self.answers)
    let place = try #require(Self.answers.firstIndex { $0.role == .phantom })
    #expect(spool.answer(place) == Self.answers[place] && spool.answer(place, withWords: false)?.words.isEmpty == true)
    #expect(MemoryLayout<AnswerRecord>.stride <= 128)
  }

  @Test("give the figures, the pictures and the differences that answers in memory give")
  func figures() throws {
    let (disk, memory) = (AuditTable(try spool()), AuditTable(Self.answers))
    let (one, other) = (AuditFigures(disk, replicates: 60), AuditFigures(memory, replicates: 60))
    #expect(one.figures == other.figures && one.figures.count > 50)
    #expect(one.riskCoverage == other.riskCoverage && one.scorecard == other.scorecard)
    let illustrations = [AuditIllustrations(disk, replicates: 60), AuditIllustrations(memory, replicates: 60)]
    #expect(illustrations[0].changes == illustrations[1].changes && !illustrations[0].changes.isEmpty)
    #expect(illustrations[0].views == illustrations[1].views && illustrations[0].words == illustrations[1].words)
    let differences = AuditDifferences(disk, memory, replicates: 60)
    #expect(differences.entries.flatMap(\.figures).allSatisfy { ($0.difference.value ?? 0) == 0 })
  }

  @Test("leave no file behind, and say where there is no room for one")
  func folder() throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("spool-\(UUID().uuidString)").path
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let spool = try AnswerSpool(in: folder)
    try spool.append(Self.answers[0])
    try spool.flush()
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder).isEmpty && spool.count == 1)
    let fault = #expect(throws: UnwritableFile.self) { try AnswerSpool(in: folder + "/none") }
    #expect(fault?.path == folder + "/none")
  }

  @Test("of a table in any order are compared with all others")
  func unsorted() throws {
    func read(_ rows: String) throws { _ = try AnswerFile(bytes: Array(("image,role,arm\n" + rows).utf8), name: "t") }
    try read("a,control,\nb,control,\na,camera,x\nb,camera,x\na,camera,y\n")
    for (rows, line, first) in [
      ("a,control,\na,camera,x\nb,control,\na,camera,x\n", 5, 3),
      ("a,control,\nb,control,\na,view,\nb,control,\n", 5, 3),
      ("b,camera,x\na,control,\nb,control,\nb,camera,x\n", 5, 2),
    ] {
      let fault = #expect(throws: LabelFault.self) { try read(rows) }
      #expect(fault?.line == line && fault?.reason.hasSuffix("as in line \(first)") == true, "\(rows)")
    }
  }
}

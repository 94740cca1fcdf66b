import Datasets
import Dermoscopy
import Foundation
import Testing

@testable import AuditStatistics

@Suite("A table of answers")
struct AnswerFileTests {
  private func read(_ text: String) throws -> AnswerFile { try AnswerFile(bytes: Array(text.utf8), name: "audit.csv") }

  @Test("is read whole")
  func whole() throws {
    let file = try read(
      """
      image,role,arm,dose,seed,lesion,truth,code,MEL,NV,BCC,BKL,target,words,flagged,skin_l,skin_b,ssim,raw_MEL,raw_NV,raw_BCC,raw_BKL
      a.png,control,,,7,L1,MEL,NV,0.25,0.5,0.25,0,,Network=yes; Colors=brown,,60,10,,0.5,0.25,0.125,0.125
      a.png,printed,"'=word",4,,,,,,,,,nv,,1,,,0.9
      """)
    #expect(file.remarks == ["columns that were not read: ssim"])
    let one = file.answers[0]
    #expect(one.seed == 7 && one.lesion == "L1" && one.truth == .code(.melanoma) && one.code == .nevus)
    #expect(one.probabilities == [0.25, 0.5, 0.25, 0] && one.verdict == 1 && one.margin == 0.25)
    #expect(one.raw == [0.5, 0.25, 0.125, 0.125])
    #expect(one.words == ["Network": "yes", "Colors": "brown"] && one.skin?.typologyAngle == 45)
    let two = file.answers[1]
    #expect(
      two.role == .printed && two.arm == "=word" && two.dose == 4 && two.target == .nevus && two.isFlagged == true)
    #expect(two.verdict == -1 && two.margin == nil)
    let rows = [AnswerFile.header] + file.answers.map(AnswerFile.row)
    #expect(try read(rows.joined(separator: "\n")).answers == file.answers)
  }

  @Test(
    "is refused with the line and the reason",
    arguments: [
      ("", "audit.csv: the file is empty"),
      ("image\na", "line 1: the column role is missing"),
      ("image,role,image\na,control,", "line 1: the column image is there twice"),
      ("image,role\n,control", "line 2: an image's name is missing"),
      ("image,role\na,camra", "line 2: the role is 'camra'"),
      ("image,role\na,camera", "no row has the role control"),
      ("image,role\na,control\na,control", "line 3: the same image, role, arm, dose and seed as in line 2"),
      ("image,role,seed,truth\na,control,1,MEL\na,control,2,NV", "line 3: a has another truth in an earlier row"),
      ("image,role,dose\na,control,x", "line 2: dose is 'x', not a whole number"),
      ("image,role,code\na,control,AKIEC", "line 2: code is 'AKIEC', not MEL, NV, BCC or BKL"),
      (
        "image,role,MEL,NV,BCC,BKL\na,control,1,0,0,",
        "line 2: only 3 of the four probabilities MEL, NV, BCC and BKL are there"
      ),
      ("image,role,MEL,NV,BCC,BKL\na,control,nan,0,0,1", "line 2: MEL is 'nan', not a number"),
      ("image,role,MEL,NV,BCC,BKL\na,control,0.5,0.1,0.1,0.1", "not four probabilities that sum to 1"),
      ("image,role,MEL,NV,BCC,BKL\na,control,-1,2,0,0", "not four probabilities that sum to 1"),
      (
        "image,role,raw_MEL,raw_NV,raw_BCC,raw_BKL\na,control,1,0,0,",
        "line 2: only 3 of the four probabilities raw_MEL, raw_NV, raw_BCC and raw_BKL are there"
      ),
      (
        "image,role,raw_MEL,raw_NV,raw_BCC,raw_BKL\na,control,,,,\na,camera,1,0,0,0\na,order,1,0,0,0",
        "line 4: raw scores of a, whose control has none to compare them with"
      ),
      ("image,role,flagged\na,control,yes", "line 2: flagged is 'yes', not 0 or 1"),
      ("image,role,words\na,control,Network", "line 2: words has 'Network', not Question=word"),
      ("image,role,skin_l,skin_b\na,control,200,1", "line 2: skin_l is 200.0"),
    ])
  func refused(text: String, reason: String) {
    let fault = #expect(throws: LabelFault.self) { try read(text) }
    #expect(fault?.description.contains(reason) == true, "\(fault?.description ?? "none")")
  }

  @Test("is read piece by piece as it is in one, line breaks in quotes and all", arguments: [1, 7, 64, 1 << 20])
  func pieces(size: Int) throws {
    let text = (0..<40).reduce("image,role,arm,words\n") { text, number in
      text + "\"i\(number)\n\"\"x\"\"\",control,,Network=\(number % 2 == 0 ? "yes" : "no")\n"
        + "\"i\(number)\n\"\"x\"\"\",camera,jpeg,\n"
    }
    let path = FileManager.default.temporaryDirectory.appendingPathComponent("answers-\(UUID().uuidString).csv").path
    defer { try? FileManager.default.removeItem(atPath: path) }
    try Data(text.utf8).write(to: URL(fileURLWithPath: path))
    let pieces = AnswerPieces(path: path, size: size)
    #expect(try AnswerFile(try pieces.gathering()).answers == read(text).answers)
    #expect(try read(text).answers.count == 80)
    #expect(!AnswerPieces.isNeeded(for: path) && !AnswerPieces.isNeeded(for: path + ".none"))
    let own = ([AnswerFile.header] + (try read(text).answers.map(AnswerFile.row))).joined(separator: "\n")
    try Data(own.utf8).write(to: URL(fileURLWithPath: path))
    #expect(AnswerPieces.isNeeded(for: path))
    #expect(try AnswerFile(path: path).answers == read(text).answers)
    try Data((text + "i0,camra\n").utf8).write(to: URL(fileURLWithPath: path))
    let fault = #expect(throws: LabelFault.self) { _ = try pieces.gathering() }
    #expect(fault?.line == 162, "two lines a row")
  }

  @Test("holds what its answers have in common once, and 128 bytes an answer")
  func compact() throws {
    #expect(MemoryLayout<AuditAnswer?>.stride == 128)
    let answers = try read(
      """
      image,role,arm,picture,lesion,words
      a.png,control,,0123456789abcdef,HAM_0000118,Network=yes; Colors=brown
      a.png,camera,a_long_name_of_an_arm,0123456789abcdef,HAM_0000118,Network=yes; Colors=brown
      """
    ).answers
    #expect(answers[0].original === answers[1].original)
    #expect(answers[0].words == answers[1].words && answers[1].lesion == "HAM_0000118")
    var changed = answers[1]
    changed.lesion = nil
    #expect(answers[0].lesion == "HAM_0000118" && changed.picture == "0123456789abcdef")
  }

  @Test("takes the first of equally probable codes in their order")
  func ties() {
    #expect(answer("a", [0.3, 0.3, 0.3, 0.1]).verdict == 0)
    #expect(answer("a", [0.1, 0.3, 0.3, 0.3]).verdict == 1)
    #expect(answer("a", [0.3, 0.3, 0.3, 0.3]).verdict == -1, "they sum to 1.2")
    #expect(AuditAnswer(image: "a", role: .control, code: .benignKeratosis).verdict == 3)
  }

  @Test("leaves out what has no control, and a picture's second name, and says so")
  func left() {
    var (first, second) = (answer("a", [1, 0, 0, 0]), answer("b", [1, 0, 0, 0]))
    first.picture = "00"
    second.picture = "00"
    let table = AuditTable([
      first, second, answer("b", .camera, [1, 0, 0, 0]), answer("c", .camera, [1, 0, 0, 0]),
    ])
    #expect(table.count == 1)
    #expect(
      table.remarks == [
        "1 names of a picture that counts under another name were left out",
        "1 answers belong to images without a control and were left out",
      ])
  }
}

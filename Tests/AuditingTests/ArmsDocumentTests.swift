import AuditStatistics
import Dermoscopy
import Testing

@testable import Auditing

/// Arms are documents: what is right in one is read, what is wrong is named with its place.
@Suite struct ArmsDocumentTests {
  @Test(arguments: ArmsDocument.builtinNames) func `each family has a document with quick doses`(_ name: String) throws
  {
    let document = try ArmsDocument.builtin(named: name)
    #expect(document.id == name)
    #expect(document.arms.allSatisfy { $0.family.rawValue == name })
    #expect(document.arms.contains { !$0.quickDoses.isEmpty })
  }

  @Test func `all families together have each role but those of no arm`() throws {
    let roles = Set(try ArmSelection("all").arms.map(\.role))
    #expect(roles == Set(AuditRole.allCases))
  }

  @Test func `the parameters are those of the literature`() throws {
    let arms = try ArmsDocument.builtin(named: "camera").arms
    let jpeg = try #require(arms.first { $0.name == "jpeg" })
    #expect(jpeg.doses.map(\.number) == [1, 2, 3, 4, 5])
    #expect(jpeg.doses.map(\.change) == [30, 20, 15, 10, 7].map { .picture(.jpeg(quality: $0)) })
    #expect(jpeg.quickDoses == [3])
  }

  @Test func `another order and another wording compare raw scores, and nothing else does`() throws {
    let raw = try ArmSelection("all").arms.filter { $0.scores == .raw }
    #expect(Set(raw.map(\.role)) == [.order, .paraphrase])
    let words = try ArmsDocument.builtin(named: "words")
    #expect(words.arms.count { $0.role == .order || $0.role == .paraphrase } == raw.count)
    #expect(words.version == "1.1.0", "audits of other definitions are not compared")
  }

  private static func document(_ arm: String) -> [UInt8] {
    Array(#"{"schema": "dermgemma-arms/1", "id": "mine", "version": "1", "title": "t", "arms": [\#(arm)]}"#.utf8)
  }

  private static func arm(
    role: String = "camera", change: String = #"{"kind": "jpeg", "quality": 30}"#, rest: String = ""
  ) -> String {
    #"{"name": "a", "title": "t", "family": "camera", "role": "\#(role)", "change": \#(change)\#(rest), "compared": ["camera_drop"]}"#
  }

  @Test(arguments: [
    ("", "must have at least one entry", "arms"),
    (arm(change: #"{"kind": "jpeg"}"#), #"the key "quality" is missing"#, "arms[0].change"),
    (arm(change: #"{"kind": "jpeg", "quality": 101}"#), "101 is not between 1 and 100", "arms[0].change.quality"),
    (arm(change: #"{"kind": "jpeg", "quality": 30, "scale": 1}"#), #"unknown key "scale""#, "arms[0].change"),
    (arm(change: #"{"kind": "melt"}"#), #""melt" is not one of"#, "arms[0].change.kind"),
    (arm(role: "opinion"), "is camera, but arms of the role opinion are of words", "arms[0].family"),
    (arm(role: "control"), "but a change of the kind jpeg goes with", "arms[0].role"),
    (arm(rest: #", "quick": [2]"#), "there is no dose 2", "arms[0].quick[0]"),
    (arm() + "," + arm(), "there are two arms", "arms"),
    (
      arm(change: #"{"kind": "jpeg"}"#, rest: #", "doses": [{"dose": 1, "quality": 9}, {"dose": 1, "quality": 8}]"#),
      "there are two doses", "arms[0].doses"
    ),
    (
      arm(rest: #", "scores": "raw""#),
      "is raw, but a change of the kind jpeg asks the prompt that the calibration was fitted to", "arms[0].scores"
    ),
    (arm(rest: #", "scores": "fitted""#), #""fitted" is not one of calibrated, raw"#, "arms[0].scores"),
    (arm(rest: #", "colour": 1"#), #"unknown key "colour""#, "arms[0]"),
  ])
  func `a wrong document is refused with the place`(_ arm: String, _ message: String, _ place: String) throws {
    let fault = #expect(throws: ArmsFault.self) { try ArmsDocument(json: Self.document(arm), name: "mine.json") }
    #expect(fault?.message.contains(message) ?? false, "\(String(describing: fault))")
    #expect(fault?.place == place)
    #expect(fault?.kind == .unusableInput && fault?.description.hasPrefix("arms mine.json: ") ?? false)
  }

  @Test func `an arm of one's own needs no code`() throws {
    let own = try ArmsDocument(
      json: Self.document(Self.arm(change: #"{"kind": "motion_blur", "radius": 9, "deviation": 3}"#)), name: "mine.json"
    )
    #expect(own.arms[0].doses[0].change == .picture(.motionBlur(radius: 9, deviation: 3, angle: nil)))
    #expect(throws: ArmsFault.self) { try ArmSelection([own, own]) }
  }
}

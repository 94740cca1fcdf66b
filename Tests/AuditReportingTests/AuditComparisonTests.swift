import AuditStatistics
import Dermoscopy
import Foundation
import Testing

@testable import AuditReporting

@Suite struct AuditComparisonTests {
  /// Thirty melanomas and thirty nevi; `lost` melanomas are called nevi under a change.
  private static func answers(lost: Int) -> [AuditAnswer] {
    (10..<40).flatMap { index -> [AuditAnswer] in
      let (yes, no) = ([0.8, 0.1, 0.05, 0.05], [0.1, 0.8, 0.05, 0.05])
      return [
        AuditSpecimens.answer("m\(index)", truth: .melanoma, yes),
        AuditSpecimens.answer("n\(index)", truth: .nevus, no),
        AuditSpecimens.answer("m\(index)", .camera, arm: "jpeg", dose: 3, index - 10 < lost ? no : yes),
        AuditSpecimens.answer("n\(index)", .camera, arm: "jpeg", dose: 3, no),
      ]
    }
  }

  private func reason(_ first: String, _ second: String) -> String {
    do {
      _ = try AuditComparison(first, second, replicates: 50)
      return "compared"
    } catch {
      return "\(error)"
    }
  }

  @Test func `says which is more robust, in words, JSON and a page`() async throws {
    let (weak, strong) = (
      try await AuditSpecimens.audit(Self.answers(lost: 25)), try await AuditSpecimens.audit(Self.answers(lost: 2))
    )
    let comparison = try AuditComparison(weak, strong, replicates: 200)
    #expect(comparison.summary.hasPrefix("B is the more robust. Of twelve numbers: B is better in 2"))
    #expect(comparison.differences.entries.map(AuditComparison.verdict)[0..<3] == [.unclear, .b, .b])
    #expect(
      AuditComparison.sentence(comparison.differences.entries[2]).hasPrefix(
        "Melanomas pointed out on the original and missed on the changed picture: 83 of 100 in A, 6.7 in B. B is better: "
          + "B less A is −77. With other lesions of the same kind, −"))
    let out = try AuditSpecimens.folder()
    try comparison.write(into: out)
    let document = try #require(
      try JSONSerialization.jsonObject(with: Data(AuditSpecimens.text(out + "/comparison.json").utf8)) as? [String: Any]
    )
    #expect(document["schema"] as? String == "dermgemma-audit-comparison/1")
    let entries = try #require(document["scorecard"] as? [[String: Any]])
    #expect(entries[2]["better"] as? String == "b" && entries[10]["better"] as? String == "not_measured")
    #expect(try AuditSpecimens.text(out + "/comparison.html").contains("B is the more robust."))
  }

  @Test func `an audit has no clear difference to one with the same answers`() async throws {
    let (one, other) = (try await AuditSpecimens.audit(), try await AuditSpecimens.audit())
    let comparison = try AuditComparison(one, other, replicates: 50)
    #expect(comparison.summary.hasPrefix("Neither is clearly more robust."))
  }

  @Test func `audits of other images, lesions or changes are refused by name`() async throws {
    let audit = try await AuditSpecimens.audit()
    let fewer = try await AuditSpecimens.audit(AuditSpecimens.answers.filter { $0.image != "d" })
    #expect(reason(audit, fewer) == "\(audit) and \(fewer) cannot be compared: images that only A has: d")
    let unchanged = try await AuditSpecimens.audit(AuditSpecimens.answers.filter { $0.role != .camera })
    #expect(reason(unchanged, audit).hasSuffix("changes that only B has: camera jpeg 3"))
    var relabelled = AuditSpecimens.answers
    relabelled[1].truth = .code(.nevus)
    let other = try await AuditSpecimens.audit(relabelled)
    #expect(reason(audit, other).hasSuffix("images with another truth in B: b"))
    let (one, changed) = (
      try await AuditSpecimens.audit(arms: [AuditedArm(name: "jpeg", role: .camera, digest: "1")]),
      try await AuditSpecimens.audit(arms: [AuditedArm(name: "jpeg", role: .camera, digest: "2")])
    )
    #expect(reason(one, changed).hasSuffix("changes of the same name that are not defined alike: jpeg"))
  }

  @Test func `what does not apply to one of them is left out of both`() async throws {
    let audit = try await AuditSpecimens.audit()
    let other = try await AuditSpecimens.audit(
      AuditSpecimens.answers.filter { $0.role != .printed },
      arms: [AuditedArm(name: "opposite", role: .printed, status: .notApplicable, reason: "it reads no print")])
    let comparison = try AuditComparison(audit, other, replicates: 50)
    #expect(comparison.leftOut == ["printed opposite"])
    #expect(comparison.lines.contains("Left out, because it does not apply to one of them: printed opposite"))
  }

  @Test func `what is no audit is refused`() async throws {
    let (audit, empty) = (try await AuditSpecimens.audit(), try AuditSpecimens.folder())
    #expect(reason(audit, empty) == "\(audit) is an audit and \(empty) is none; name two of a kind")
    #expect(reason(audit, audit + "/.").hasSuffix("are the same audit; name two"))
    try Data("{}".utf8).write(to: URL(fileURLWithPath: empty + "/audit.json"))
    #expect(reason(audit, empty) == "\(empty): audit.json is no audit's document")
  }
}

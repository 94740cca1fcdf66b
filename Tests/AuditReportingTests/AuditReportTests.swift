import AuditStatistics
import Dermoscopy
import Foundation
import Testing
import Validation

@testable import AuditReporting

@Suite struct AuditReportTests {
  private func page(
    _ report: AuditReport = AuditSpecimens.report(), pictures: AuditReport.Pictures = { _ in nil }
  ) async throws -> String {
    let folder = try AuditSpecimens.folder()
    try await report.write(into: folder, pictures: pictures)
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder).sorted() == ["audit.html", "audit.json"])
    return try AuditSpecimens.text(folder + "/audit.html")
  }

  private func document(_ report: AuditReport) async throws -> [String: Any] {
    let folder = try AuditSpecimens.folder()
    try await report.write(into: folder)
    let bytes = try #require(FileManager.default.contents(atPath: folder + "/audit.json"))
    return try #require(try JSONSerialization.jsonObject(with: bytes) as? [String: Any])
  }

  @Test func `the notice stands once, and nothing passes or fails`() async throws {
    let page = try await page()
    #expect(page.components(separatedBy: "Nothing on this page is a diagnosis").count == 2)
    #expect(page.contains("There is no pass or fail."))
    #expect(page.components(separatedBy: "class=\"rank\"").count == 13)
  }

  @Test func `numbers are so many of 100, each with what to compare it with`() async throws {
    let page = try await page()
    #expect(page.contains("On the pictures as they are, it names 100 of 100 lesions correctly"))
    #expect(page.contains("To compare: by guessing: 25."))
    #expect(page.contains("Of 100 melanomas that it points out on the original, it misses 50"))
    #expect(page.contains("Not measured: no falsified notes were reviewed."))
    #expect(page.contains("<span class=\"unit\">of 100 fewer</span>"))
    #expect(page.contains("Named correctly when only this is shown: <bdi>lesion erased</bdi>"))
  }

  @Test func `names, labels and words from outside stay text`() async throws {
    let hostile = "<script>alert(1)</script>\"'&"
    var answers = AuditSpecimens.answers.map { answer in
      var answer = answer
      answer.image = hostile + answer.image
      answer.arm = answer.arm.isEmpty ? "" : hostile + answer.arm
      return answer
    }
    answers[0].words = [hostile: hostile]
    answers[1].group = hostile
    answers[2].group = "other"
    let arm = AuditedArm(
      name: hostile, role: .camera, summary: hostile, digest: hostile, status: .leftOut, reason: hostile)
    let page = try await page(
      AuditSpecimens.report(answers, arms: [arm], model: hostile, remarks: [hostile]), pictures: { _ in [1, 2, 3] })
    #expect(!page.contains("<script>alert") && page.contains("&lt;script&gt;alert(1)"))
  }

  @Test func `it needs nothing but itself, and its policy says so`() async throws {
    let page = try await page(pictures: { _ in [1, 2, 3] })
    #expect(page.contains("default-src 'none'; img-src data:;"))
    for address in ["http://", "https://", "src=\"/", "<link", "@import", "url(", "style=\""] {
      #expect(!page.contains(address), "\(address)")
    }
  }

  @Test func `each picture is asked for once, and large ones are left out`() async throws {
    var asked: [AuditPicture] = []
    let page = try await page(pictures: { picture in
      asked.append(picture)
      return [UInt8](repeating: 7, count: picture.role == .erased ? PictureGallery.largest + 1 : 8)
    })
    #expect(Set(asked).count == asked.count)
    #expect(asked.contains(.original("a")))
    #expect(asked.contains(AuditPicture(image: "a", role: .camera, arm: "jpeg", dose: 3)))
    #expect(asked.contains(AuditPicture(image: "a", role: .erased, arm: "lesion_erased", dose: 0)))
    #expect(page.contains("data:image/jpeg;base64,BwcHBwcHBwc=") && page.contains("no picture"))
  }

  @Test func `every arm is listed, with why it has no answers`() async throws {
    let arms = [
      AuditedArm(name: "jpeg", role: .camera, summary: "saved with loss", doses: [3]),
      AuditedArm(name: "blur", role: .camera, status: .leftOut, reason: "it would take 40 minutes"),
      AuditedArm(name: "orders", role: .order, status: .notApplicable, reason: "the model knows one wording"),
    ]
    let report = AuditSpecimens.report(arms: arms)
    #expect(report.arms.first?.role == .control && report.arms.first?.answers == 4)
    #expect(report.arms.first { $0.name == "jpeg" }?.answers == 4)
    #expect(report.arms.contains { $0.name == "lesion_erased" && $0.answers == 2 && $0.status == .run })
    let page = try await page(report)
    for text in [
      "saved with loss", "left out: it would take 40 minutes", "not applicable: the model knows one wording",
      "lesion erased",
    ] { #expect(page.contains(text), "\(text)") }
  }

  @Test func `what rests on the originals alone has their number of answers, and other seeds their own`() async throws {
    var (seeds, groups) = (
      AuditedArm(name: "seeds", role: .control, prompts: 8), AuditedArm(name: "sets", role: .control)
    )
    (seeds.family, groups.family) = (.chance, .chance)
    let again = AuditSpecimens.answer("a", seed: 1, truth: .melanoma, [0.7, 0.2, 0.05, 0.05])
    let report = AuditSpecimens.report(AuditSpecimens.answers + [again], arms: [seeds, groups])
    #expect(report.arms.first?.name == "" && report.arms.first?.answers == 5)
    #expect(report.arms.filter { $0.family == .chance }.map(\.answers) == [1, 4])
    #expect(try await page(report).contains("<bdi>sets</bdi>"))
  }

  @Test func `a table with originals alone is a report all the same`() async throws {
    let page = try await page(AuditSpecimens.report(AuditSpecimens.answers.filter { $0.role == .control }))
    #expect(page.contains("id=\"scorecard\"") && page.contains("Not tried."))
  }

  @Test func `a truth that is never predicted stands in words`() async throws {
    #expect(
      LesionCode.diagnosis(ofTruth: "DF") == "dermatofibroma" && LesionCode.diagnosis(ofTruth: "MEL") == "melanoma")
    #expect(LesionCode.diagnosis(ofTruth: "XYZ") == "XYZ")
    var other = AuditSpecimens.answer("e", truth: .melanoma, [0.7, 0.2, 0.05, 0.05])
    other.truth = .other("DF")
    let page = try await page(AuditSpecimens.report(AuditSpecimens.answers + [other]))
    #expect(page.contains("still sure: <bdi>dermatofibroma</bdi>") && !page.contains("<bdi>DF</bdi>"))
  }

  @Test func `the document has every figure with its floor, and the arms`() async throws {
    let report = AuditSpecimens.report()
    let document = try await document(report)
    #expect(document["schema"] as? String == "dermgemma-audit/1")
    let figures = try #require(document["figures"] as? [[String: Any]])
    #expect(figures.count == report.figures.figures.count)
    let drop = try #require(figures.first { $0["measure"] as? String == "camera_mean_drop" })
    let estimate = try #require(drop["estimate"] as? [String: Any])
    // Both melanomas and both nevi right before; one of each after.
    #expect(estimate["value"] as? Double == 0.5)
    #expect((document["scorecard"] as? [Any])?.count == 12)
    #expect((document["provenance"] as? [String: Any])?["command"] as? [String] == report.provenance.command)
    #expect((document["arms"] as? [Any])?.count == 5)
  }
}

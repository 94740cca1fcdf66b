import Dermoscopy
import Foundation
import TestRecords
import Testing

@testable import Validation

@Suite struct HTMLReportTests {
  private func page(_ reports: [ExaminationReport], failure: String? = nil) async throws -> String {
    let path = try RecordFixtures.path("report.html")
    let predictions = reports.map { Prediction($0) }
    let run = RunDescription(
      phase: "all", command: ["dermgemma", "validate", "all", "--images", "my images"], started: Date(), elapsed: 12,
      version: "1", images: "my images", labels: "labels.csv",
      readingProtocol: .init(id: "seed", version: "1.0.0", digest: RecordFixtures.digest(0xC0FFEE)),
      protocolDocument: #"{"id": "seed <b>"}"#,
      model: .init(name: "tiny", weights: RecordFixtures.digest(0xAB), projector: nil), engine: "llama.cpp 1", seed: 7,
      machine: [.init("Machine", "an abacus")], failures: failure == nil ? 0 : 1, remarks: ["a remark <i>"])
    try await HTMLReport.write(
      to: path, run: run, metrics: RunMetrics.compute(predictions, replicates: 20), examinations: predictions
    ) { add in
      for report in reports { try add(ReportRow(report)) }
      if let failure { try add(ReportRow(image: "broken.jpg", failure: failure)) }
    }
    #expect(try FileManager.default.contentsOfDirectory(atPath: String(path.dropLast("/report.html".count))).count == 1)
    return try String(contentsOfFile: path, encoding: .utf8)
  }

  @Test func `names, answers and the model's words stay text`() async throws {
    let hostile = "<script>alert(1)</script>\"'&.png"
    let page = try await page(
      [RecordFixtures.report(name: hostile, text: "</td><img src=x onerror=alert(2)>")],
      failure: "broken.jpg: <svg onload=alert(3)>")
    for markup in ["<script>alert", "<img src=x", "<svg onload", "seed <b>", "a remark <i>"] {
      #expect(!page.contains(markup), "\(markup)")
    }
    #expect(page.contains("&lt;script&gt;alert(1)&lt;/script&gt;&quot;&#39;&amp;.png"))
    #expect(page.contains("Could not be read: <bdi>broken.jpg: &lt;svg onload=alert(3)&gt;</bdi>"))
  }

  @Test func `tables of figures have names that can be read aloud`() async throws {
    let page = try await page([RecordFixtures.report()])
    for name in ["Figures of the run", "Figures by code"] {
      #expect(page.contains("aria-label=\"\(name)\""), "\(name)")
    }
  }

  @Test func `it needs nothing but itself, and its policy says so`() async throws {
    let page = try await page([RecordFixtures.report()])
    #expect(page.contains("default-src 'none'; img-src data:;"))
    for address in ["http://", "https://", "src=\"/", "<link", "@import", "url("] {
      #expect(!page.contains(address), "\(address)")
    }
  }

  @Test func `it has all that a repeat of the run needs`() async throws {
    let page = try await page([RecordFixtures.report()])
    for fact in [
      "dermgemma validate all --images &#39;my images&#39;", RecordFixtures.digest(0xC0FFEE),
      RecordFixtures.digest(0xAB),
      "none was used", "llama.cpp 1", "an abacus", "{&quot;id&quot;: &quot;seed &lt;b&gt;&quot;}",
    ] { #expect(page.contains(fact), "\(fact)") }
  }

  @Test func `what cleaning took out is struck through, with the reason`() async throws {
    var report = try RecordFixtures.report(text: "Kept words.")
    report.description = CleanedDescription(
      raw: "Kept words. I cannot help.", cleaned: "Kept words.",
      removed: [RemovedSentence(sentence: "I cannot help.", reason: .refusal)])
    let page = try await page([report])
    #expect(page.contains("<bdi>Kept words.</bdi>") && page.contains("<del><bdi>I cannot help.</bdi></del>"))
  }

  @Test func `a run without labels has no figures, and a report all the same`() async throws {
    var report = try RecordFixtures.report()
    report.groundTruth = nil
    let page = try await page([report])
    #expect(!page.contains("id=\"figures\"") && page.contains("id=\"images\"") && page.contains("no label"))
  }
}

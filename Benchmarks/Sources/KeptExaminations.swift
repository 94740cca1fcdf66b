import Dermoscopy
import Digests
import Foundation
import Records

/// How long a database takes to keep an examination, one after the other (Benchmarks/records.py).
enum KeptExaminations {
  struct WrongUsage: Error {}
  /// Examinations of one transaction while a database is filled.
  private static let batch = 500

  /// Fills a database with one run's examinations, each with a name, a digest and a code of its own: what a database of
  /// this size is, without the time that keeping them one by one takes.
  static func fill(_ words: [String]) async throws {
    guard words.count == 2, let count = Int(words[1]), count >= 0 else { throw WrongUsage() }
    let store = try await RecordStores.open(words[0])
    let reports = try LesionCode.allCases.map { code in
      try ExaminationReport(json: document.replacing("\"code\":\"NV\"", with: "\"code\":\"\(code.rawValue)\""))
    }
    let recorder = try await RunRecorder.begin(run(of: reports[0]), in: store)
    for start in stride(from: 0, to: count, by: batch) {
      let positions = start..<min(start + batch, count)
      try await store.keep(positions.map { examination($0, like: reports[$0 % reports.count], of: recorder.run.id) })
    }
    try await recorder.end(.finished)
    await store.close()
  }

  private static func examination(_ position: Int, like report: ExaminationReport, of run: RecordID)
    -> StoredExamination
  {
    var report = report
    let name = "lesion-\(position).jpg"
    report.image.name = name
    report.image.sha256 = SHA256Digest(of: Array(name.utf8)).hexadecimal
    return StoredExamination(run: run, position: position, report: report, elapsed: Double(position % 97))
  }

  private static func run(of report: ExaminationReport) -> Run {
    Run(
      kind: "benchmark",
      provenance: Run.Provenance(
        protocolID: "seed", protocolVersion: "1.0.0", protocolDigest: report.readingProtocol.digest, protocolText: nil,
        model: "none", weights: nil, projector: nil, engine: "none", seed: nil))
  }

  static func run(_ words: [String]) async throws {
    guard words.count == 2, let seconds = Double(words[1]) else { throw WrongUsage() }
    let store = try await RecordStores.open(words[0])
    let report = try ExaminationReport(json: document)
    let recorder = try await RunRecorder.begin(run(of: report), in: store)
    var milliseconds: [Double] = []
    let clock = ContinuousClock()
    let end = clock.now + .seconds(seconds)
    while clock.now < end {
      let took = try await clock.measure { try await recorder.keep(report) }
      milliseconds.append(took / .milliseconds(1))
    }
    try await recorder.end(.finished)
    await store.close()
    for took in milliseconds { print((took * 1000).rounded() / 1000) }
  }

  /// A report as long as the seed protocol's.
  private static var document: String {
    let digest = String(repeating: "ab", count: 32)
    let observations = (1...12).map { "\"Feature \($0)\":{\"value\":\"yes\",\"raw\":\" Yes, it can be seen.\"}" }
    let text = String(repeating: "An even network, brown, with a regular edge. ", count: 12)
    return """
      {"image":{"name":"lesion.jpg","sha256":"\(digest)","width":600,"height":450},\
      "protocol":{"id":"seed","version":"1.0.0","digest":"\(digest)"},\
      "model":{"name":"none","weights_sha256":"\(digest)","projector_sha256":null},\
      "engine":"none","seed":1,"sampling":{"source":"explicit"},\
      "observations":{\(observations.joined(separator: ","))},\
      "description":{"raw":"\(text)","cleaned":"\(text)","removed":[]},\
      "diagnosis":{"code":"NV","method":"model","raw":" NV",\
      "probabilities":{"MEL":0.1,"NV":0.7,"BCC":0.1,"BKL":0.1}},\
      "flags":["too_short"],"ground_truth":{"code":"MEL","attribute":null},\
      "timings":{"encode_ms":20.5,"phase1_ms":1.5,"phase2_ms":2.0,"phase3_ms":0.1,"total_ms":24.1},\
      "counts":{"image_encodes":1,"prompt_tokens":165,"shared_prompt_tokens":0,"generated_tokens":18},\
      "report":"\(text)"}
      """
  }
}

import Dermoscopy
import Foundation
import JSON
import Records

/// Runs, reports and folders for tests.
package enum RecordFixtures {
  private static let root: URL = {
    let root = FileManager.default.temporaryDirectory.appendingPathComponent("dermgemma-records-\(UUID().uuidString)")
    atexit { try? FileManager.default.removeItem(at: RecordFixtures.root) }
    return root
  }()

  /// A path in a new and empty folder.
  package static func path(_ name: String = "records.sqlite") throws -> String {
    let folder = root.appendingPathComponent(UUID().uuidString)
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    return folder.appendingPathComponent(name).path
  }

  /// 64 hexadecimal digits that say a number.
  package static func digest(_ number: Int) -> String {
    let digits = String(number, radix: 16)
    return String(repeating: "0", count: 64 - digits.count) + digits
  }

  package static func run(kind: String = "analyze", weights: Int = 0xAB) -> Run {
    Run(
      kind: kind, started: Date(timeIntervalSince1970: 1_700_000_000.123),
      command: ["analyze", "a b.png", "--seed", "7"],
      provenance: Run.Provenance(
        protocolID: "seed", protocolVersion: "1.0.0", protocolDigest: digest(0xC0FFEE),
        protocolText: "{\"id\": \"seed\"}",
        model: "tiny", weights: digest(weights), projector: digest(0xCD), engine: "llama.cpp 1", seed: .max),
      settings: #"{"parallel": 2}"#, inputs: digest(0x1234))
  }

  /// A report with every sort of text that could go wrong on the way.
  package static func report(
    name: String = "lesion.jpg", image: Int = 1, code: LesionCode = .nevus, flags: [QualityFlag] = [],
    text: String = "An even network, brown.", weights: Int = 0xAB, seed: UInt64 = .max
  ) throws -> ExaminationReport {
    struct Head: Encodable {
      var name: String
      var text: String
      var flags: [QualityFlag]
    }
    let head = Head(name: name, text: text, flags: flags)
    let (name, text) = (try OrderedJSON.line(head.name), try OrderedJSON.line(head.text))
    return try ExaminationReport(
      json: """
        {"image":{"name":\(name),"sha256":"\(digest(image))","width":600,"height":450},\
        "protocol":{"id":"seed","version":"1.0.0","digest":"\(digest(0xC0FFEE))"},\
        "model":{"name":"tiny","weights_sha256":"\(digest(weights))","projector_sha256":null},\
        "engine":"llama.cpp 1","seed":\(seed),"sampling":{"source":"explicit"},\
        "observations":{"Network":{"value":"yes","raw":" Yes"},"Architecture":{"value":"oval","raw":" Oval."}},\
        "description":{"raw":\(text),"cleaned":\(text),"removed":[]},\
        "diagnosis":{"code":"\(code.rawValue)","method":"model","raw":" \(code.rawValue)",\
        "probabilities":{"MEL":0.1,"NV":0.7,"BCC":0.1,"BKL":0.1}},\
        "flags":\(try OrderedJSON.line(flags)),"ground_truth":{"code":"MEL","attribute":null},\
        "timings":{"encode_ms":20.5,"phase1_ms":1.5,"phase2_ms":2.0,"phase3_ms":0.1,"total_ms":24.1},\
        "counts":{"image_encodes":1,"prompt_tokens":165,"shared_prompt_tokens":0,"generated_tokens":18},"report":\(text)}
        """)
  }

  package static func examination(
    _ position: Int, of run: Run, name: String? = nil, image: Int? = nil, code: LesionCode = .nevus,
    flags: [QualityFlag] = [], text: String = "An even network, brown.", finished: Date = Date()
  ) throws -> StoredExamination {
    StoredExamination(
      run: run.id, position: position, finished: finished,
      report: try report(
        name: name ?? "image-\(position).png", image: image ?? position, code: code, flags: flags, text: text),
      elapsed: 25.25, details: #"{"asked": "what?"}"#)
  }

  package static func failure(_ position: Int, of run: Run, image: Int? = nil) -> StoredExamination {
    StoredExamination(
      run: run.id, position: position, imageName: "broken.jpg", imageDigest: image.map(digest),
      outcome: .failure(ExaminationFailure(RecordFault.missing(store: "x"))), elapsed: 1)
  }
}

/// Numbers that are the same each time (splitmix64).
package struct FixedNumbers: RandomNumberGenerator {
  private var state: UInt64

  package init(state: UInt64) { self.state = state }

  package mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }
}

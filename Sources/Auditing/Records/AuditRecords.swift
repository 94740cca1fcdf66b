import AuditStatistics
import Dermoscopy
import Digests
import Foundation
import JSON
import Records
import Validation
import VisionLanguage

/// The arms of an audit as runs in the records, one for each dose: `audit control`, `audit camera jpeg_compression 3`.
///
/// They are stored once the audit has its answers, an image with all its arms in one transaction. An audit that is resumed
/// finds what it stored before, and stores nothing twice.
struct AuditRecords {
  let store: any RecordStore
  let header: AuditHeader
  let plan: AuditPlan
  let request: AuditRequest
  let model: ModelIdentity
  let sampling: EffectiveSampling
  /// Of the header: what tells this audit's runs from another's.
  private let mark: String

  /// - Throws: `EncodingError`.
  init(
    _ store: any RecordStore, _ header: AuditHeader, _ plan: AuditPlan, _ request: AuditRequest, model: ModelIdentity,
    sampling: EffectiveSampling
  ) throws {
    (self.store, self.header, self.plan, self.request) = (store, header, plan, request)
    (self.model, self.sampling) = (model, sampling)
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys]
    mark = SHA256Digest(of: Array(try encoder.encode(header))).hexadecimal
  }

  /// One run: an arm at a dose, or the originals under a seed.
  private struct Key: Hashable {
    var role: AuditRole
    var arm: String
    var dose: Int
    var seed: UInt64
  }

  /// What a run depends on besides protocol and weights.
  private struct Settings: Encodable {
    var role: String
    var arm: String
    var dose: Int
    var document: String?
    var images: String
    var labels: String?
    var count: Int
    var imagesDigest: String
    var labelsDigest: String
    var version: String

    enum CodingKeys: String, CodingKey {
      case role, arm, dose
      case document = "arm_document_sha256"
      case images, labels, count
      case imagesDigest = "images_sha256"
      case labelsDigest = "labels_sha256"
      case version
    }
  }

  private var control: Key { Key(role: .control, arm: "", dose: 0, seed: header.seed) }

  /// Stores what is not stored yet.
  ///
  /// - Parameter samples: the audit's images, all of which are in the journal.
  /// - Throws: `RecordFault`; a `Fault` for a journal that was changed meanwhile; `CancellationError`.
  func keep(_ journal: AuditJournal, _ samples: [Sample]) async throws {
    var runs: [Key: KeptRun] = [:]
    for key in keys { runs[key] = try await begin(key) }
    for sample in samples {
      try Task.checkCancellation()
      guard let record = try journal.image(sample.position) else { continue }
      let rows = record.rows + (try journal.pair(sample.position)?.rows ?? [])
      var examinations: [StoredExamination] = []
      for answer in try AnswerFile.answers(of: rows) {
        let key = key(of: answer)
        if runs[key] == nil { runs[key] = try await begin(key) }
        guard let run = runs[key], !run.has(sample.position) else { continue }
        examinations.append(examination(answer, of: sample, in: run.id, record))
      }
      if let failed = record.failed, let run = runs[control], !run.has(sample.position) {
        examinations.append(
          StoredExamination(
            run: run.id, position: sample.position, imageName: sample.name,
            imageDigest: sample.digest.isEmpty ? nil : sample.digest,
            outcome: .failure(ExaminationFailure(status: failed.status, message: failed.message)), elapsed: 0,
            details: sample.metadata.json))
      }
      if !examinations.isEmpty { try await store.keep(examinations) }
    }
    for run in runs.values { try await store.mark(run: run.id, as: .finished, ended: Date()) }
  }

  /// A run, and the positions that were stored before.
  private struct KeptRun {
    var id: RecordID
    var positions: [ClosedRange<Int>]

    func has(_ position: Int) -> Bool { positions.contains { $0.contains(position) } }
  }

  /// The runs that the plan has: the originals, and each dose of an arm that is asked.
  private var keys: [Key] {
    var keys = [control]
    for arm in plan.arms {
      for dose in arm.doses {
        switch dose.change {
        case .free: break
        case .seed(let offset): keys.append(Key(role: .control, arm: "", dose: 0, seed: header.seed &+ offset))
        default: keys.append(Key(role: arm.role, arm: arm.name, dose: dose.number, seed: header.seed))
        }
      }
    }
    return keys
  }

  private func key(of answer: AuditAnswer) -> Key {
    answer.role == .control
      ? Key(role: .control, arm: "", dose: 0, seed: answer.seed ?? header.seed)
      : Key(role: answer.role, arm: answer.arm, dose: answer.dose, seed: header.seed)
  }

  /// The same for the same dose of the same audit, however often it is resumed.
  private func id(of key: Key) -> RecordID {
    let text = [mark, key.role.rawValue, key.arm, String(key.dose), String(key.seed)].joined(separator: "\u{1F}")
    return RecordID(SHA256Digest(of: Array(text.utf8)).hexadecimal.prefix(32)) ?? RecordID()
  }

  private func kind(of key: Key) -> String {
    if key.role == .control { return key.seed == header.seed ? "audit control" : "audit seed \(key.seed)" }
    return (["audit", key.role.rawValue, key.arm] + (key.dose == 0 ? [] : [String(key.dose)])).joined(separator: " ")
  }

  private func begin(_ key: Key) async throws -> KeptRun {
    let id = id(of: key)
    if try await store.run(id) != nil {
      return KeptRun(id: id, positions: try await store.keptPositions(ofRun: id, failures: true))
    }
    let arm = plan.entries.first { entry in
      key.role == .control
        ? entry.arm.role == .control && entry.arm.doses.contains { $0.change.isSeed(key.seed &- header.seed) }
        : entry.arm.role == key.role && entry.arm.name == key.arm
    }?.arm.name
    let settings = Settings(
      role: key.role.rawValue, arm: key.arm, dose: key.dose, document: arm.flatMap { plan.digests[$0] },
      images: request.images, labels: request.labels, count: header.images, imagesDigest: header.imagesDigest,
      labelsDigest: header.labelsDigest, version: header.version)
    try await store.begin(
      Run(
        id: id, kind: kind(of: key), started: (try? Date(header.started, strategy: .iso8601)) ?? Date(),
        command: request.command,
        provenance: Run.Provenance(request.readingProtocol, document: request.document, model: model, seed: key.seed),
        settings: try OrderedJSON.line(settings), inputs: header.imagesDigest))
    return KeptRun(id: id, positions: [])
  }

  private func examination(
    _ answer: AuditAnswer, of sample: Sample, in run: RecordID, _ record: ImageRecord
  ) -> StoredExamination {
    let notes = request.readingProtocol.questions.compactMap { question in
      answer.words[question.id].map { (question.id, Observation(value: $0, raw: $0)) }
    }
    let probabilities = answer.probabilities.map { known in CodeProbabilities(known.indices.map { known[$0] }) }
    // The code that arms are compared by: the most probable one, without probabilities the greedy one.
    let code = probabilities.map { $0.likeliest() } ?? answer.code
    let isOriginal = answer.role == .control && answer.seed == header.seed
    let report = ExaminationReport(
      answerTo: ExaminationSubject(
        name: sample.name, digest: SHA256Digest(hexadecimal: sample.digest), width: 0, height: 0,
        groundTruth: sample.truth),
      by: request.readingProtocol, model: model, seed: answer.seed ?? header.seed, sampling: sampling,
      observations: Observations(notes), description: isOriginal ? record.control?.description : nil,
      diagnosis: code.map {
        Diagnosis(code: $0, method: probabilities == nil ? .model : .scored, raw: "", probabilities: probabilities)
      })
    return StoredExamination(
      run: run, position: sample.position, report: report, elapsed: 0, details: sample.metadata.json)
  }
}

extension ArmChange {
  /// Whether it is another seed, this far from the audit's.
  fileprivate func isSeed(_ wanted: UInt64) -> Bool {
    if case .seed(let offset) = self { offset == wanted } else { false }
  }
}

import AuditStatistics
import Dermoscopy
import Validation

/// Arms that give one image what another has: its answer, or its notes. They need no picture.
struct PairReader: Sendable {
  let reader: AuditReader
  let samples: [Sample]
  let journal: AuditJournal
  /// By position, what each control said; `nil` for an image that could not be read.
  let controls: [Brief?]

  /// What is kept in memory of a control.
  struct Brief: Sendable {
    var lesion: String
    var verdict: Int
  }

  /// The answers of an image's arms.
  ///
  /// - Throws: a `Fault` that concerns all images; `CancellationError`.
  func record(of position: Int) async throws -> PairRecord {
    var record = PairRecord(position: position, rows: [], work: AuditWork())
    guard controls[position] != nil, let own = try journal.image(position) else { return record }
    for arm in reader.arms {
      for dose in arm.doses {
        try Task.checkCancellation()
        guard let row = try await answer(dose.change, arm, dose.number, own: own, &record) else { continue }
        record.rows.append(AnswerFile.row(row))
      }
    }
    return record
  }

  private func answer(
    _ change: ArmChange, _ arm: AuditArm, _ dose: Int, own: ImageRecord, _ record: inout PairRecord
  ) async throws -> AuditAnswer? {
    let sample = samples[own.position]
    switch change {
    case .anotherImage:
      guard let other = try control(after: own.position, isOther: { _ in true }) else { return nil }
      var answer = AuditRow.answer(
        about: sample, role: arm.role, seed: reader.seed, code: other.code.flatMap(LesionCode.init),
        probabilities: other.probabilities)
      (answer.arm, answer.dose, answer.words) = (arm.name, dose, other.notes)
      return answer
    case .anotherNotes:
      let verdict = controls[own.position]?.verdict
      guard let other = try control(after: own.position, isOther: { $0.verdict != verdict }) else { return nil }
      let description = other.description.map { CleanedDescription(raw: $0, cleaned: $0, removed: []) }
      let notes = Observations(
        reader.readingProtocol.questions.compactMap { question in
          other.notes[question.id].map { (question.id, Observation(value: $0, raw: $0)) }
        })
      let probed = try await ExaminationProbe(
        reader.model, readingProtocol: reader.readingProtocol, seed: reader.seed, original: .init(of: [])
      ).classify(notes, description)
      record.work.add(probed.counts, prompts: probed.prompts)
      try reader.stepped()
      var answer = AuditRow.answer(about: sample, probed, role: arm.role, seed: reader.seed)
      (answer.arm, answer.dose) = (arm.name, dose)
      answer.target = LesionCode.allCases.indices.contains(other.verdict) ? LesionCode.allCases[other.verdict] : nil
      return answer
    default: return nil
    }
  }

  /// The control of the next image, in a circle, that shows another lesion and meets a condition.
  private func control(after position: Int, isOther: (Brief) -> Bool) throws -> ImageRecord.Control? {
    guard let own = controls[position] else { return nil }
    for step in 1..<max(controls.count, 1) {
      let place = (position + step) % controls.count
      guard let other = controls[place], other.lesion != own.lesion, isOther(other) else { continue }
      return try journal.image(place)?.control
    }
    return nil
  }
}

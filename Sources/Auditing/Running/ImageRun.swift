import AuditStatistics
import Dermoscopy
import Faults
import Imaging
import Perturbations
import Validation
import VisionLanguage

/// One image of an audit: the control, then every arm.
///
/// The control's picture is encoded once and stays in the context while words, seeds and reviews are asked of it; it is
/// released before the first changed picture is encoded, so that an image never holds two.
struct ImageRun {
  let reader: AuditReader
  let sample: Sample
  let subject: PerturbationSubject
  let original: DecodedImage
  /// What is known of the picture if it is one of our phantoms.
  let phantom: KnownPhantom?
  /// The image's words in a table of true ones, by question.
  private let knownWords: [String: String]
  private let controlPicture: PixelImage
  private var answers: [Place: AuditAnswer] = [:]
  private var pictures: [Picture: ProbedAnswer] = [:]
  private(set) var control: ProbedAnswer
  var record: ImageRecord

  /// Where an answer stands among the rows.
  private struct Place: Hashable {
    var arm: Int
    var dose: Int
  }

  /// A changed picture that was read.
  private struct Picture: Hashable {
    var change: PictureChange
    var seed: UInt64
  }

  init(_ reader: AuditReader, _ sample: Sample, _ subject: PerturbationSubject, original: DecodedImage) throws {
    self.reader = reader
    self.sample = sample
    self.subject = subject
    self.original = original
    let needsPhantom = reader.arms.contains { arm in arm.doses.contains { $0.change.needsPhantom } }
    phantom = needsPhantom ? KnownPhantom(original.image, named: sample.name) : nil
    knownWords = reader.trueWords?.words(of: sample.name) ?? [:]
    controlPicture = try reader.prepared(subject.control)
    control = ProbedAnswer(probabilities: CodeProbabilities([]))
    record = ImageRecord(position: sample.position, image: sample.name)
  }

  /// The true answer to a question in its canonical words, by a table or because the picture is one of our phantoms; `nil`
  /// where nothing says it.
  func trueWord(for question: Question) -> String? { knownWords[question.id] ?? phantom?.words(for: question) }

  /// Asks everything.
  ///
  /// - Throws: a `Fault` that concerns the image or the model; `CancellationError`.
  mutating func all() async throws {
    let view = try await reader.model.encode(controlPicture)
    do {
      try await askOfControl(view)
      await view.close()
    } catch {
      await view.close()
      throw error
    }
    for (place, arm) in reader.arms.enumerated() {
      for dose in arm.doses {
        try Task.checkCancellation()
        do {
          guard let answer = try await pictureAnswer(dose.change, arm: arm, dose: dose.number) else { continue }
          keep(answer.probed, of: arm, dose.number, at: place, target: answer.target)
        } catch let fault as PerturbationFault where fault.kind == .unusableInput {
          record.failures.append(ImageRecord.Failure(arm: arm.name, reason: fault.description))
        }
      }
    }
  }

  private mutating func askOfControl(_ view: any ImageContext) async throws {
    record.work.controlEncodes += view.cost.imageEncodes
    record.work.encodes += view.cost.imageEncodes
    let probe = reader.probe(original.digest)
    control = try await probe.examine(view, words: .likeliestAndCode)
    try count(control)
    for (place, arm) in reader.arms.enumerated() {
      for dose in arm.doses {
        try Task.checkCancellation()
        guard let answer = try await wordsAnswer(dose.change, arm, view: view, probe: probe) else { continue }
        keep(answer, of: arm, dose.number, at: place)
      }
    }
  }

  /// Counts work and tells of it.
  mutating func count(_ answer: ProbedAnswer, isExamination: Bool = true) throws {
    if isExamination { record.work.examinations += 1 }
    record.work.add(answer.counts, prompts: answer.prompts)
    try reader.stepped()
  }

  // MARK: Changed pictures

  /// The answer about a changed picture; `nil` for a change that is none of the picture.
  private mutating func pictureAnswer(
    _ change: ArmChange, arm: AuditArm, dose: Int
  ) async throws -> (probed: ProbedAnswer, target: LesionCode?)? {
    switch change {
    case .picture(let change):
      let key = Picture(change: change, seed: arm.seed)
      if let known = pictures[key] { return (known, nil) }
      let changed = try subject.changed(by: change, seed: arm.seed)
      let answer = try await read(changed, arm, dose)
      // Only cards are asked for twice.
      if change == .skinCard || change == .noiseCard { pictures[key] = answer }
      return (answer, nil)
    case .print(let texts, let height):
      guard let verdict = control.likeliest, let text = texts[verdict] else { return nil }
      let changed = try subject.changed(by: .printedWord(.same(text.text), height: height), seed: arm.seed)
      return (try await read(changed, arm, dose), text.code)
    case .toggledPhantom(let question):
      guard let picture = phantom?.toggled(question) else { return nil }
      let toggled = try PerturbationSubject(original: picture, findsMask: false)
      return (try await read(toggled.control, arm, dose), nil)
    default: return nil
    }
  }

  /// Reads a picture of the control's size.
  private mutating func read(_ picture: PixelImage, _ arm: AuditArm, _ dose: Int) async throws -> ProbedAnswer {
    let prepared = try reader.prepared(picture)
    if sample.position < AuditReader.compared,
      let similarity = StructuralSimilarity.mean(controlPicture, prepared)
    {
      record.similarities["\(arm.role.rawValue) \(arm.name) \(dose)"] = (similarity * 10_000).rounded() / 10_000
    }
    let view = try await reader.model.encode(prepared)
    record.work.encodes += view.cost.imageEncodes
    do {
      let answer = try await reader.probe(original.digest).examine(view, words: .likeliest)
      await view.close()
      record.work.examinations += 1
      record.work.add(answer.counts, prompts: answer.prompts)
      try reader.stepped()
      return answer
    } catch {
      await view.close()
      throw error
    }
  }

  // MARK: Rows

  private mutating func keep(
    _ probed: ProbedAnswer, of arm: AuditArm, _ dose: Int, at place: Int, target: LesionCode? = nil
  ) {
    var answer = AuditRow.answer(about: sample, probed, role: arm.role, seed: reader.seed)
    answer.target = target
    answer.words = probed.words
    if arm.role == .null { answer.namesStructure = probed.namesStructure(reader.readingProtocol) }
    if case .toggledPhantom(let question)? = arm.doses.first?.change { answer.attribute = question }
    keep(answer, of: arm, dose, at: place)
  }

  private mutating func keep(_ answer: AuditAnswer, of arm: AuditArm, _ dose: Int, at place: Int) {
    var answer = answer
    if arm.role != .control { (answer.arm, answer.dose) = (arm.name, dose) }
    answers[Place(arm: place, dose: dose)] = answer
  }

  /// The record, with the rows in the arms' order.
  consuming func finished() -> ImageRecord {
    var row = AuditRow.answer(about: sample, control, role: .control, seed: reader.seed)
      .keepingRaw(control)
    row.words = control.words
    let skin = subject.skin
    row.skin = SkinLightness(skin)
    let rest = answers.sorted { ($0.key.arm, $0.key.dose) < ($1.key.arm, $1.key.dose) }.map(\.value)
    record.rows = ([row] + rest).map(AnswerFile.row)
    record.control = ImageRecord.Control(
      lesion: sample.metadata.lesion ?? sample.name, notes: control.words, description: control.description?.cleaned,
      probabilities: control.shares, code: control.code?.rawValue,
      verdict: row.verdict)
    return record
  }
}

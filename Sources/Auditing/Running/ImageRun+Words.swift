import AuditStatistics
import Dermoscopy
import Digests
import Validation
import VisionLanguage

/// Arms that leave the picture as it is: words, notes, seeds.
extension ImageRun {
  /// The answer to a change of words; `nil` for a change of the picture, and where the change says what is so already.
  mutating func wordsAnswer(
    _ change: ArmChange, _ arm: AuditArm, view: any ImageContext, probe: ExaminationProbe
  ) async throws -> AuditAnswer? {
    switch change {
    case .picture, .print, .toggledPhantom, .anotherImage, .anotherNotes, .free: return nil
    case .noImage:
      let probed = try await probe.examine(nil, words: .likeliest)
      try count(probed)
      var answer = row(probed, arm)
      answer.words = probed.words
      answer.namesStructure = probed.namesStructure(protocolOfRun)
      return answer
    case .seed(let offset):
      let probed = try await reader.probe(original.digest, seedOffset: offset).examine(view, words: .drawn)
      try count(probed)
      var answer = row(probed, arm).keepingRaw(probed)
      answer.seed = reader.seed &+ offset
      answer.words = probed.words
      return answer
    case .order(let code):
      return try await asked(protocolOfRun.classification.prompt.listing(first: code), arm, view, probe)
    case .rewording(let phrases):
      let pairs = phrases.map { ($0.phrase, $0.replacement) }
      return try await asked(protocolOfRun.classification.prompt.replacing(pairs), arm, view, probe)
    case .opinion(let text, let isRight): return try await opinion(text, isRight: isRight, arm, view, probe)
    case .note(let question, let value, let toward):
      guard control.notes[question]?.value != value else { return nil }
      var answer = try await classified(control.notes.setting(question, to: value), control.description, arm, probe)
      answer.target = toward
      answer.attribute = question
      return answer
    case .emptied(let what):
      let notes = what == .description ? control.notes : control.notes.emptied
      return try await classified(notes, what == .notes ? control.description : nil, arm, probe)
    case .trueNotes(let count): return try await withTrueNotes(count, arm, probe)
    case .planted(let question): return try await planted(question, arm, view, probe)
    case .untouched(let question): return untouched(question, arm)
    }
  }

  private var protocolOfRun: ReadingProtocol { reader.readingProtocol }

  private func row(_ probed: ProbedAnswer, _ arm: AuditArm) -> AuditAnswer {
    AuditRow.answer(about: sample, probed, role: arm.role, seed: reader.seed)
  }

  /// The code that an opinion of this image can be right or wrong about: the truth, else the control's verdict.
  private var trueCode: LesionCode? {
    if let truth = sample.truth { return LesionCode.allCases.first { truth.agrees(with: $0) } }
    return control.likeliest
  }

  private mutating func asked(
    _ prompt: PromptTemplate?, _ arm: AuditArm, _ view: any ImageContext, _ probe: ExaminationProbe
  ) async throws -> AuditAnswer? {
    guard let prompt else { return nil }
    let probed =
      protocolOfRun.classification.method == .scored
      ? try await probe.score(prompt, view)
      : try await probe.classify(control.notes, control.description, prompt: prompt)
    try count(probed, isExamination: false)
    return arm.scores == .raw ? row(probed, arm).keepingRaw(probed) : row(probed, arm)
  }

  private mutating func opinion(
    _ text: String, isRight: Bool, _ arm: AuditArm, _ view: any ImageContext, _ probe: ExaminationProbe
  ) async throws -> AuditAnswer? {
    guard let truth = trueCode else { return nil }
    let wrong = LesionCode.allCases.filter { $0 != truth }
    let named = isRight ? truth : wrong[choice(arm.name, of: wrong.count)]
    let prompt = protocolOfRun.classification.prompt.followed(
      by: text.replacing(ChangeParameters.diagnosis, with: named.diagnosis))
    var answer = try await asked(prompt, arm, view, probe)
    answer?.target = named
    return answer
  }

  private mutating func classified(
    _ notes: Observations, _ description: CleanedDescription?, _ arm: AuditArm, _ probe: ExaminationProbe
  ) async throws -> AuditAnswer {
    let probed = try await probe.classify(notes, description)
    try count(probed, isExamination: false)
    return row(probed, arm)
  }

  /// A number below a limit that follows from the original and a name.
  private func choice(_ name: String, of count: Int) -> Int {
    let digest = SHA256Digest(of: Array("\(original.digest.hexadecimal) \(name)".utf8))
    return digest.bytes.prefix(6).reduce(0) { $0 << 8 | Int($1) } % max(count, 1)
  }

  // MARK: Notes of which the truth is known

  private mutating func withTrueNotes(
    _ count: Int, _ arm: AuditArm, _ probe: ExaminationProbe
  ) async throws -> AuditAnswer? {
    let known = protocolOfRun.questions.compactMap { question in trueWord(for: question).map { (question.id, $0) } }
    guard count <= known.count else { return nil }
    let notes = known.prefix(count).reduce(control.notes) { $0.setting($1.0, to: $1.1) }
    return try await classified(notes, control.description, arm, probe)
  }

  // MARK: The review

  private mutating func planted(
    _ id: String, _ arm: AuditArm, _ view: any ImageContext, _ probe: ExaminationProbe
  ) async throws -> AuditAnswer? {
    guard let question = protocolOfRun.questions.first(where: { $0.id == id }), let own = control.notes[id]?.value
    else { return nil }
    // A falsification that happens to be the truth is no error.
    let truth = trueWord(for: question)
    let named = Set(own.split(separator: ",").map { String($0.drop { $0 == " " }) })
    let others = question.answer.values.filter { !named.contains($0) && $0 != truth }
    guard !others.isEmpty else { return nil }
    let value = others[choice("planted \(id)", of: others.count)]
    let (review, counts) = try await probe.review(control.notes.setting(id, to: value), view)
    record.work.add(counts, prompts: 1)
    try reader.stepped()
    var answer = AuditRow.answer(about: sample, role: arm.role, seed: reader.seed, code: nil, probabilities: nil)
    answer.isFlagged = review?.objects(to: question, value: value)
    answer.attribute = id
    return answer
  }

  private func untouched(_ id: String, _ arm: AuditArm) -> AuditAnswer? {
    guard let question = protocolOfRun.questions.first(where: { $0.id == id }), let own = control.notes[id]?.value,
      let description = control.description
    else { return nil }
    var answer = AuditRow.answer(about: sample, role: arm.role, seed: reader.seed, code: nil, probabilities: nil)
    answer.isFlagged = ReviewReading(description.cleaned, readingProtocol: protocolOfRun)
      .objects(to: question, value: own)
    answer.attribute = id
    return answer
  }
}

extension Observations {
  /// The notes with one set to another value.
  func setting(_ question: String, to value: String) -> Observations {
    Observations(
      entries.map { entry in
        (entry.question, entry.question == question ? Observation(value: value, raw: value) : entry.observation)
      })
  }

  /// The notes with every value unclear.
  var emptied: Observations {
    Observations(entries.map { ($0.question, Observation(value: Observation.unclear, raw: "")) })
  }
}

import Datasets
import Dermoscopy
import Records

/// An image that both runs read, and where its examinations are.
struct ComparedImage: Sendable {
  /// What the metrics need of each run. Truth, lesion and the name, which is unique, are the same in both.
  var first: JudgedExamination
  var second: JudgedExamination
  /// Positions in the runs.
  var places: (first: Int, second: Int)
  /// The ground truth of the lesion.
  var truth: GroundTruth?
  /// Whether the runs disagree on it: by their codes or, if one has none, by an answer that both gave.
  var parts: Bool
}

/// All images that both runs read, as small records.
struct ComparedImages: Sendable {
  private(set) var images: [ComparedImage] = []
  private(set) var census = PairingCensus()
  /// Questions that both runs asked, in the first one's order, with the images on which the answers are the same.
  private(set) var questions: [(id: String, same: Int, images: Int)] = []

  /// Reads both runs once, in constant memory but for the small records.
  ///
  /// - Throws: `RecordFault`, `CancellationError`, `ComparisonFault.nothingShared`.
  init(_ first: OpenRun, _ second: OpenRun) async throws {
    var pairing = Pairing()
    for try await kept in second.store.examinations(ofRun: second.run.id) { pairing.add(kept) }
    census.second = pairing.count
    var unmatched: [String] = []
    for try await kept in first.store.examinations(ofRun: first.run.id) {
      census.first += 1
      if let position = pairing.take(kept),
        let other = try await second.store.examination(ofRun: second.run.id, at: position)
      {
        add(kept, other)
      } else {
        unmatched.append(kept.imageName)
      }
    }
    // Only now is it known which names are left: another image may have been matched by content under another name.
    for name in unmatched {
      if pairing.takeName(name) { census.changed.append(name) } else { census.onlyFirst.append(name) }
    }
    census.onlySecond = pairing.rest
    census.shared = images.count
    guard !images.isEmpty else {
      throw ComparisonFault.nothingShared(first: first.name, second: second.name, reason: reason)
    }
  }

  private var reason: String {
    if census.first == 0 || census.second == 0 { return "a run without any examination" }
    let remarks = census.remarks
    return "no image was read by both" + (remarks.isEmpty ? "" : " (\(remarks.joined(separator: "; ")))")
  }

  private mutating func add(_ first: KeptExamination, _ second: KeptExamination) {
    guard let one = first.report, let other = second.report, var judgedFirst = first.judged,
      var judgedSecond = second.judged
    else {
      census.unreadable.append(first.imageName)
      return
    }
    var truth = one.groundTruth ?? other.groundTruth
    if let mine = one.groundTruth, let theirs = other.groundTruth, mine.code != theirs.code {
      census.contradicted.append(first.imageName)
      truth = nil
    }
    let metadata = first.metadata.filled(from: second.metadata)
    let name = String(images.count)
    func settle(_ judged: inout JudgedExamination) {
      judged.image = name
      judged.truth = truth.map { JudgedExamination.Truth($0.code) }
      judged.lesion = metadata.lesion
    }
    settle(&judgedFirst)
    settle(&judgedSecond)
    var answersDiffer = false
    for entry in one.observations.entries {
      guard let answer = other.observations[entry.question] else { continue }
      let isSame = answer.value == entry.observation.value
      count(entry.question, isSame: isSame)
      answersDiffer = answersDiffer || !isSame
    }
    let bothClassified = one.diagnosis != nil && other.diagnosis != nil
    images.append(
      ComparedImage(
        first: judgedFirst, second: judgedSecond, places: (first.position, second.position), truth: truth,
        parts: bothClassified ? one.diagnosis?.code != other.diagnosis?.code : answersDiffer))
  }

  private mutating func count(_ question: String, isSame: Bool) {
    let index = questions.firstIndex { $0.id == question } ?? questions.count
    if index == questions.count { questions.append((question, 0, 0)) }
    questions[index].images += 1
    questions[index].same += isSame ? 1 : 0
  }
}

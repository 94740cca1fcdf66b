import Datasets
import Dermoscopy
import Records

/// An image that both runs read, and where its examinations are.
struct ComparedImage: Sendable {
  /// What the metrics need of each run. Truth, lesion and the name, which is unique, are the same in both.
  var first: Prediction
  var second: Prediction
  /// Positions in the runs.
  var places: (first: Int, second: Int)
  /// The ground truth of the lesion.
  var truth: GroundTruth?
  /// Whether the runs disagree on it: by their codes or, if one has none, by an answer that both gave.
  var parts: Bool
  /// Whether the answers are the same, by place of the question in ``ComparedImages/questions``; `nil` where one of the
  /// runs has none.
  var sameAnswers: [Bool?] = []
}

/// All images that both runs read, as small records.
struct ComparedImages: Sendable {
  private(set) var images: [ComparedImage] = []
  private(set) var summary = PairingSummary()
  /// Questions that both runs asked, in the first one's order, with the images on which the answers are the same.
  private(set) var questions: [(id: String, same: Int, images: Int)] = []

  /// Reads both runs once, in constant memory except for the small records.
  ///
  /// - Throws: `RecordFault`, `CancellationError`, `ComparisonFault.nothingShared`.
  init(_ first: OpenRun, _ second: OpenRun) async throws {
    var pairing = Pairing()
    for try await kept in second.store.examinations(ofRun: second.run.id) { pairing.add(kept) }
    summary.second = pairing.count
    var unmatched: [String] = []
    for try await kept in first.store.examinations(ofRun: first.run.id) {
      summary.first += 1
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
      if pairing.takeName(name) { summary.changed.append(name) } else { summary.onlyFirst.append(name) }
    }
    summary.onlySecond = pairing.rest
    summary.shared = images.count
    countEachPictureOnce()
    guard !images.isEmpty else {
      throw ComparisonFault.nothingShared(first: first.name, second: second.name, reason: reason)
    }
  }

  private var reason: String {
    if summary.first == 0 || summary.second == 0 { return "a run without any examination" }
    let remarks = summary.remarks
    return "no image was read by both" + (remarks.isEmpty ? "" : " (\(remarks.joined(separator: "; ")))")
  }

  private mutating func add(_ first: StoredExamination, _ second: StoredExamination) {
    guard let one = first.report, let other = second.report, var firstPredictions = first.predictions,
      var secondPredictions = second.predictions
    else {
      summary.unreadable.append(first.imageName)
      return
    }
    var truth = one.groundTruth ?? other.groundTruth
    if let mine = one.groundTruth, let theirs = other.groundTruth, mine.code != theirs.code {
      summary.contradicted.append(first.imageName)
      truth = nil
    }
    let metadata = first.metadata.filled(from: second.metadata)
    let name = String(images.count)
    func setTruth(_ predictions: inout Prediction) {
      predictions.image = name
      predictions.truth = truth.map { Prediction.Truth($0.code) }
      predictions.lesion = metadata.lesion
    }
    setTruth(&firstPredictions)
    setTruth(&secondPredictions)
    var answersDiffer = false
    var sameAnswers: [Bool?] = []
    for entry in one.observations.entries {
      guard let answer = other.observations[entry.question] else { continue }
      let isSame = answer.value == entry.observation.value
      let place = place(ofQuestion: entry.question)
      sameAnswers += [Bool?](repeating: nil, count: max(place + 1 - sameAnswers.count, 0))
      sameAnswers[place] = isSame
      answersDiffer = answersDiffer || !isSame
    }
    let bothClassified = one.diagnosis != nil && other.diagnosis != nil
    images.append(
      ComparedImage(
        first: firstPredictions, second: secondPredictions, places: (first.position, second.position), truth: truth,
        parts: bothClassified ? one.diagnosis?.code != other.diagnosis?.code : answersDiffer,
        sameAnswers: sameAnswers))
  }

  private mutating func place(ofQuestion question: String) -> Int {
    if let index = questions.firstIndex(where: { $0.id == question }) { return index }
    questions.append((question, 0, 0))
    return questions.count - 1
  }

  /// A picture under several names is one case, as in ``RunMetrics/compute(_:replicates:seed:)``; then counts the answers.
  private mutating func countEachPictureOnce() {
    let cases = Dictionary(
      RunMetrics.distinct(images.map(\.first)).map { ($0.image, $0.lesion) }, uniquingKeysWith: { first, _ in first })
    images = images.compactMap { image in
      guard let lesion = cases[image.first.image] else { return nil }
      var image = image
      (image.first.lesion, image.second.lesion) = (lesion, lesion)
      return image
    }
    summary.repeats = summary.shared - images.count
    for image in images {
      for (place, isSame) in image.sameAnswers.enumerated() {
        guard let isSame else { continue }
        questions[place].images += 1
        questions[place].same += isSame ? 1 : 0
      }
    }
  }
}

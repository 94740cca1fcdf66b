import Dermoscopy
import Validation

/// The originals of a table, each picture once, in the order in which they are resampled.
struct OriginalImages {
  let cohort: Cohort
  let controls: ControlPlaces
  /// The answers under the lowest seed, by image.
  let control: [AuditAnswer?]
  /// Names of pictures that count under another name.
  let repeats: Set<String>

  private struct Row {
    var place: Int32
    var seed: UInt64
  }

  init(_ source: AnswerSource, isKept: (_ role: AuditRole, _ arm: String) -> Bool) {
    var rows: [String: [Row]] = [:]
    var pictures: [String: String] = [:]
    source.forEach { index, one in
      guard one.role == .control, isKept(one.role, one.arm) else { return }
      if rows[one.image] == nil { pictures[one.image] = one.picture }
      rows[one.image, default: []].append(Row(place: Int32(truncatingIfNeeded: index), seed: one.seed ?? 0))
    }
    var seen: Set<String> = []
    var repeats: Set<String> = []
    for image in rows.keys.sorted() {
      guard let picture = pictures[image], !seen.insert(picture).inserted else { continue }
      repeats.insert(image)
      rows[image] = nil
    }
    let cohort = Cohort(
      rows.values.compactMap { rows in
        rows.min { $0.seed < $1.seed }.flatMap { source.answer(Int($0.place), withWords: false) }.map {
          Prediction(image: $0.image, truth: $0.truth, predicted: $0.code, lesion: $0.lesion, picture: $0.picture)
        }
      })
    var places = ControlPlaces()
    for one in cohort.examinations {
      places.append((rows[one.image] ?? []).sorted { $0.seed < $1.seed }.map(\.place))
    }
    var words: Set<[String: String]> = []
    control = places.column(0).map { place in
      guard place >= 0, var answer = source.answer(Int(place)) else { return nil }
      answer.words = words.insert(answer.words).memberAfterInsert
      return answer
    }
    (self.cohort, self.repeats, controls) = (cohort, repeats, places)
  }
}

/// Where the control's answers to each image are among all, the lowest seed first.
struct ControlPlaces: Sendable {
  private var all: [Int32] = []
  private var starts: [Int32] = [0]
  /// The most of one image.
  private(set) var most = 0

  mutating func append(_ places: [Int32]) {
    all += places
    starts.append(Int32(truncatingIfNeeded: all.count))
    most = max(most, places.count)
  }

  /// Of an image.
  func of(_ image: Int) -> ArraySlice<Int32> { all[Int(starts[image])..<Int(starts[image + 1])] }

  /// By image, that under the same seed counted from 0; -1 where there is none.
  func column(_ seed: Int) -> [Int32] {
    (0..<(starts.count - 1)).map { image in
      let own = of(image)
      return seed < own.count ? own[own.startIndex + seed] : -1
    }
  }
}

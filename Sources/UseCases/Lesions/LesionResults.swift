import Dermoscopy
import Foundation
import JSON
import Records
import Tables
import Validation

/// A validation's figures by lesion: `lesions.csv` and `lesions.json`.
///
/// The views of a lesion are put together as ``LesionReading`` says. Intervals are a bootstrap by patient where patients are
/// known: lesions of one person are no independent cases. They are computed from the records, so a resumed run and an
/// uninterrupted one give the same bytes.
struct LesionResults {
  /// The table's name, and the document's.
  private static let names = RunRecords.lesionFiles

  /// A lesion with what is known of it.
  private struct Lesion {
    /// Its id; of a picture that no lesion is known of, its name and a sign that no lesion's name has.
    var key: String
    var reading: LesionReading
    var truth: GroundTruth?
    /// Whether its views' labels say different codes; it then has no truth.
    var isContradicted = false
    var patient: String?
  }

  private let grouping: LesionGrouping
  private let lesions: [Lesion]

  /// Puts a run's examinations together.
  ///
  /// - Throws: `RecordFault`; `CancellationError`.
  init(_ names: LesionNames, of run: Run, in store: any RecordStore, _ manifest: Manifest) async throws {
    let grouping = LesionGrouping(names.grouping)
    self.grouping = grouping
    var views: [String: [(view: LesionReading.View, entry: Sample?, metadata: ClinicalMetadata)]] = [:]
    for try await kept in store.examinations(ofRun: run.id) {
      let entry = manifest.sample(at: kept.position)
      let metadata = kept.metadata
      let key: String? =
        switch grouping {
        case .lesionID: metadata.lesion
        case .folder: LesionGrouping.folder(of: kept.imageName)
        case .column: names.names[kept.position]
        }
      views[key ?? kept.imageName + "\0", default: []].append(
        (.init(name: kept.imageName, report: kept.report?.answer, failure: kept.failure), entry, metadata))
    }
    lesions = views.sorted { $0.key < $1.key }.map { key, all in
      let truths = all.compactMap { $0.view.report?.groundTruth ?? $0.entry?.truth }
      let codes = Set(truths.map { $0.code.uppercased() })
      return Lesion(
        key: key,
        reading: LesionReading(
          id: key.hasSuffix("\0") ? String(key.dropLast()) : key, grouping: grouping.name, views: all.map(\.view)),
        truth: codes.count == 1 ? truths.first : nil, isContradicted: codes.count > 1,
        patient: all.compactMap(\.metadata.patient).first)
    }
  }

  /// Writes both files, or takes away those of another run of this folder.
  ///
  /// - Parameter lesions: which lesion each image shows; `nil` if they are not grouped.
  /// - Throws: `RecordFault`, `UnwritableFile`; `CancellationError`.
  static func write(
    _ lesions: LesionNames?, of run: Run, in store: any RecordStore, _ manifest: Manifest, into folder: RunFolder
  ) async throws {
    if let lesions {
      try await LesionResults(lesions, of: run, in: store, manifest).write(into: folder)
    } else {
      for name in names { try folder.remove(name) }
    }
  }

  private func write(into folder: RunFolder) throws {
    for (name, text) in zip(Self.names, [table, try OrderedJSON.line(document) + "\n"]) {
      try folder.write(text, to: name)
    }
  }

  private var table: String {
    let header =
      ["lesion", "views", "failed", "code", "truth"] + LesionCode.allCases.map { "p_\($0.rawValue)" }
      + ["dissent", "largest_distance", "images"]
    let rows = lesions.map(Self.row)
    return ([header] + rows).map { CSVRow.text($0) + "\r\n" }.joined()
  }

  private static func row(_ lesion: Lesion) -> [String] {
    let reading = lesion.reading
    let failed = reading.views.count { $0.report == nil }
    let probabilities = reading.probabilities
    var row: [String] = [reading.id, String(reading.views.count), String(failed)]
    row.append(reading.code?.rawValue ?? "")
    row.append(lesion.truth?.code ?? "")
    for code in LesionCode.allCases { row.append(probabilities.map { String($0[code]) } ?? "") }
    row.append(reading.dissent.map { String($0) } ?? "")
    row.append(reading.spread.map { String($0) } ?? "")
    row.append(reading.views.map(\.name).joined(separator: " | "))
    return row
  }

  private var document: LesionDocument {
    let predictions = lesions.compactMap { lesion -> Prediction? in
      guard let code = lesion.reading.code else { return nil }
      return Prediction(
        image: lesion.key, truth: lesion.truth.map { Prediction.Truth($0.code) }, predicted: code,
        probabilities: lesion.reading.probabilities.map { known in LesionCode.allCases.map { known[$0] } },
        lesion: lesion.patient)
    }
    let patients = Set(lesions.compactMap(\.patient))
    var metrics = RunMetrics.compute(predictions)
    metrics.method.others = patients.isEmpty ? "percentile bootstrap by lesion" : "percentile bootstrap by patient"
    return LesionDocument(
      grouping: grouping.name, lesions: lesions.count, views: lesions.reduce(0) { $0 + $1.reading.views.count },
      ofSeveralViews: lesions.count { $0.reading.views.count > 1 },
      disagreeing: lesions.count { $0.reading.dissent ?? 0 > 0 }, unread: lesions.count - predictions.count,
      contradicted: lesions.filter(\.isContradicted).map(\.reading.id), patients: patients.count,
      withoutPatient: lesions.count { $0.patient == nil }, method: metrics.method,
      panel: metrics.overall.images > 0 ? metrics.overall : nil)
  }
}

/// `lesions.json`; docs/VALIDATION.md documents it.
private struct LesionDocument: Encodable {
  let schema = "dermgemma-lesions/1"
  let grouping: String
  let lesions: Int
  let views: Int
  let ofSeveralViews: Int
  let disagreeing: Int
  let unread: Int
  let contradicted: [String]
  let patients: Int
  let withoutPatient: Int
  let method: RunMetrics.Method
  let panel: MetricsPanel?

  enum CodingKeys: String, CodingKey {
    case schema
    case grouping = "grouped_by"
    case rule, lesions, views
    case ofSeveralViews = "lesions_of_several_views"
    case disagreeing = "lesions_whose_views_disagree"
    case unread = "lesions_without_code"
    case contradicted = "lesions_with_contradicting_labels"
    case patients
    case withoutPatient = "lesions_without_patient"
    case method, labelled, figures, codes
  }

  func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(schema, forKey: .schema)
    try container.encode(grouping, forKey: .grouping)
    try container.encode("code: most views, then the likelier; probabilities: mean of logarithms", forKey: .rule)
    try container.encode(lesions, forKey: .lesions)
    try container.encode(views, forKey: .views)
    try container.encode(ofSeveralViews, forKey: .ofSeveralViews)
    try container.encode(disagreeing, forKey: .disagreeing)
    try container.encode(unread, forKey: .unread)
    try container.encode(contradicted, forKey: .contradicted)
    try container.encode(patients, forKey: .patients)
    try container.encode(withoutPatient, forKey: .withoutPatient)
    try container.encode(method, forKey: .method)
    try container.encode(panel?.images ?? 0, forKey: .labelled)
    try container.encode(panel?.figures, forKey: .figures)
    try container.encode(panel?.codes, forKey: .codes)
  }
}

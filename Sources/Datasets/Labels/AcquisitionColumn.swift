import Foundation

/// The column of a label file that says when a picture was taken, or which of several visits it is from.
struct AcquisitionColumn {
  /// Names of columns, those that are preferred first; `acquisition_day` is the ISIC Archive's.
  static let names = [
    "acquisition_day", "acquisition_date", "acquisition_order", "capture_date", "image_date", "exam_date",
    "examination_date", "study_date", "visit_date", "visit", "visit_number", "timepoint", "time_point",
  ]

  private let place: Int?
  private let written: String
  private(set) var moments: [String: Double] = [:]
  private var unreadable = 0

  init(_ columns: ColumnNames) {
    place = columns.place(of: Self.names)
    written = place.map { columns.written[$0] } ?? ""
  }

  /// Takes a row's value; of two rows about one picture the first counts.
  mutating func add(_ row: CommaSeparatedValues.Row, of key: String) {
    let field = row.field(place)
    guard !MetadataColumns.isUnknown(field) else { return }
    guard let moment = Self.moment(field) else {
      unreadable += 1
      return
    }
    moments[key] = moments[key] ?? moment
  }

  /// What a person should know: how many values could not be read. Never which: a date may be a patient's.
  func remarks(file name: String) -> [String] {
    guard unreadable > 0 else { return [] }
    let values = unreadable == 1 ? "1 value of \(written) is" : "\(unreadable) values of \(written) are"
    return [
      "\(name): \(values) neither a number nor a date such as 2026-02-03; "
        + "\(unreadable == 1 ? "its picture has" : "their pictures have") no place in time"
    ]
  }

  /// What orders pictures: a number as it is, and a date as the number of its digits, with its time as a fraction.
  static func moment(_ field: String) -> Double? {
    if let number = Double(field) { return number.isFinite ? number : nil }
    let pattern = #/(\d{4})[-\/](\d{1,2})[-\/](\d{1,2})(?:[T ](\d{1,2}):(\d{2})(?::(\d{2}))?.*)?/#
    guard let match = field.wholeMatch(of: pattern)?.output else { return nil }
    func number(_ text: Substring?) -> Int { text.flatMap { Int($0) } ?? 0 }
    let (year, month, day) = (number(match.1), number(match.2), number(match.3))
    guard (1...12).contains(month), (1...31).contains(day) else { return nil }
    let seconds = (number(match.4) * 60 + number(match.5)) * 60 + number(match.6)
    return Double(year * 10_000 + month * 100 + day) + Double(min(seconds, 86_399)) / 86_400
  }
}

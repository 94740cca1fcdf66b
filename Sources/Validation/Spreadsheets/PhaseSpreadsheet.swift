import Datasets
import Dermoscopy

/// The tables of the three phases, with the seed's columns.
///
/// The seed's columns are in the seed's order, empty where a protocol does not ask; a protocol's further questions
/// follow after them all.
public enum PhaseSpreadsheet: String, Sendable, CaseIterable {
  /// What was observed.
  case phase1
  /// What was observed and described.
  case phase2
  /// Everything.
  case phase3

  /// The file's name.
  public var fileName: String { "\(rawValue)_results.csv" }

  static let observed = ["Architecture", "Network", "Structures", "Colors"]
  static let observedLater = ["Vessels", "Regression", "Keratosis"]
  /// Between the flags in one field.
  static let flagSeparator = ", "

  /// Questions with a column of the seed's in this table.
  private var questions: [String] { self == .phase3 ? Self.observed + Self.observedLater : Self.observed }

  /// The seed's columns.
  var columns: [String] {
    switch self {
    case .phase1: ["Image"] + questions
    case .phase2: ["filename"] + questions + ["adj_desc", "desc_length", "flags"]
    case .phase3:
      ["filename"] + questions + [
        "adj_desc", "desc_length", "cleaned_desc_length", "classification", "raw_class_output", "cleaning_flags",
        "class_flags", "all_flags", "elapsed_s",
      ]
    }
  }

  private func furtherQuestions(_ readingProtocol: ReadingProtocol) -> [String] {
    readingProtocol.questions.map(\.id).filter { !questions.contains($0) }
  }

  /// The header for a protocol.
  public func header(_ readingProtocol: ReadingProtocol) -> [String] {
    columns + furtherQuestions(readingProtocol)
  }

  /// An examination's row.
  ///
  /// Lengths are in characters; flags are those of the description, of the classification, and of all outputs;
  /// `no_lesion`, which is the picture's, is among those of Phase 2's table and among all.
  ///
  /// - Parameters:
  ///   - report: the examination's report.
  ///   - readingProtocol: the protocol of the examination.
  ///   - elapsed: seconds.
  ///   - exchanges: the examination's prompts and answers, if they are known already: they take longer than all the rest.
  public func row(
    _ report: ExaminationReport, _ readingProtocol: ReadingProtocol, elapsed: Double, exchanges: [PromptExchange]? = nil
  ) -> [String] {
    func value(_ question: String) -> String { report.observations[question]?.value ?? "" }
    func flags(_ phases: ExaminationPhase...) -> String {
      let exchanges = exchanges ?? readingProtocol.exchanges(in: report)
      var flags = Set(exchanges.filter { phases.contains($0.phase) }.flatMap(\.flags))
      if phases.contains(.observation), report.flags.contains(.noLesion) { flags.insert(.noLesion) }
      return Self.text(QualityFlag.allCases.filter(flags.contains))
    }
    let description = report.description
    var fields: [String]
    switch self {
    case .phase1: fields = [Labels.key(of: report.image.name)]
    case .phase2, .phase3: fields = [report.image.name]
    }
    fields += questions.map(value)
    if self != .phase1 { fields += [description?.raw ?? "", String(description?.raw.count ?? 0)] }
    if self == .phase2 { fields.append(flags(.observation, .review)) }
    if self == .phase3 {
      fields += [
        String(description?.cleaned.count ?? 0), report.diagnosis?.code.rawValue ?? "", report.diagnosis?.raw ?? "",
        flags(.review), flags(.classification), Self.text(report.flags), Self.decimals(elapsed, 3),
      ]
    }
    return fields + furtherQuestions(readingProtocol).map(value)
  }

  private static func text(_ flags: [QualityFlag]) -> String {
    flags.map(\.rawValue).joined(separator: flagSeparator)
  }

  /// A number with a fixed number of decimal digits and a point, in every locale.
  static func decimals(_ number: Double, _ digits: Int) -> String {
    let scale = (0..<digits).reduce(1) { scale, _ in scale * 10 }
    guard number.isFinite, abs(number) < 1e12 else { return "" }
    let whole = Int((abs(number) * Double(scale)).rounded())
    let fraction = String(whole % scale)
    let sign = number < 0 && whole > 0 ? "-" : ""
    guard digits > 0 else { return "\(sign)\(whole)" }
    return "\(sign)\(whole / scale).\(String(repeating: "0", count: digits - fraction.count))\(fraction)"
  }
}

import Datasets
import Dermoscopy
import Faults
import Synchronization
import UseCases

/// How pictures of one lesion are put together.
enum GroupOption {
  static let groupBy = Option<LesionGrouping>(
    "--group-by", "COLUMN|folder",
    help: "One result a lesion: by lesion_id or another column of the label file, or by the folder a picture lies in.",
    completion: .any
  ) { text throws(InvalidValue) in
    guard !text.isEmpty else { throw .message("--group-by needs lesion_id, a column's name, or folder") }
    return LesionGrouping(text)
  }
}

extension LesionGrouping {
  /// The lesion of each picture that `analyze` reads; `nil` for one of its own.
  ///
  /// - Throws: `UsageFault` without the label file that it needs; `LabelFault` for a column that is not there.
  func lesions(of inputs: [AnalysisInput], _ arguments: ParsedArguments) throws -> [String?] {
    let labels = try arguments[LabelOption.labels]
    switch self {
    case .folder:
      return inputs.map { input in
        if case .file(let path) = input.source { LesionGrouping.folder(of: path) } else { nil }
      }
    case .lesionID:
      guard labels != nil else { throw needsLabels }
      return inputs.map(\.metadata.lesion)
    case .column(let name):
      guard let labels else { throw needsLabels }
      let column = try ColumnValues(
        column: name, ofFileAt: labels, choice: try chosenColumns(arguments, of: "analyze"))
      return inputs.map { column.value(ofImageNamed: $0.name) }
    }
  }

  private var needsLabels: UsageFault {
    UsageFault(message: "--group-by \(name) needs --labels", command: "analyze")
  }
}

/// Prints a lesion when all of its pictures are read.
final class LesionPrinter: AnalysisObserver {
  private let printer: AnalysisPrinter
  private let collector: Mutex<LesionCollector>

  init(_ printer: AnalysisPrinter, _ collector: LesionCollector) {
    self.printer = printer
    self.collector = Mutex(collector)
  }

  func modelIsLoading() { printer.modelIsLoading() }

  func isContinued(read: Int, of count: Int) { printer.isContinued(read: read, of: count) }

  func follow(_ log: ExaminationLog, of input: AnalysisInput, number: Int, of count: Int) async {
    await printer.follow(log, of: input, number: number, of: count)
  }

  func ended(_ outcome: AnalysisOutcome) throws {
    let view: LesionReading.View
    switch outcome {
    case .report(let report): view = .init(name: report.image.name, report: report)
    case .failure(let name, let fault):
      view = .init(name: name, failure: ExaminationFailure(fault))
      printer.terminal.printError("dermgemma: \(fault)")
    }
    for lesion in collector.withLock({ $0.add(view) }) { try printer.show(lesion) }
  }
}

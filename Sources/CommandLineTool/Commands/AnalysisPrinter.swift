import ClinicalReports
import Dermoscopy
import Faults
import Foundation
import JSON
import UseCases

/// Prints what `analyze` finds, and shows how far it is.
struct AnalysisPrinter: AnalysisObserver {
  var terminal: Terminal
  var form: AnalysisForm
  /// Where reports in DICOM go, if they are asked for.
  var reports: ReportFolder?

  /// What writes FHIR and DICOM.
  static let program = ReportingProgram(version: Tool.version)

  func modelIsLoading() { terminal.progress("Loading the model…") }

  func isContinued(read: Int, of count: Int) {
    terminal.printError("dermgemma: \(read) of \(count) images were read before; \(count - read) are left")
  }

  func ended(_ outcome: AnalysisOutcome) throws {
    switch outcome {
    case .report(let report):
      try terminal.print(text(of: report))
    case .failure(let name, let fault):
      switch form.format {
      case .text: break
      case .json: try terminal.print(OrderedJSON.line(FailedReading(name: name, fault)))
      case .fhir: try terminal.print(FHIRReport.failure(message: fault.description))
      case .dicomSR, .dicomSC: reports?.passOver()
      }
      terminal.printError("dermgemma: \(fault)")
    }
  }

  /// Prints a lesion with all of its views.
  func show(_ lesion: LesionReading) throws {
    try terminal.print(form.format == .json ? OrderedJSON.line(lesion) : lesion.text + "\n")
  }

  private func text(of report: ExaminationReport) throws -> String {
    switch form.format {
    case .text: return report.text.trimmingCharacters(in: .newlines) + "\n\n" + report.usage + "\n"
    case .json: return try report.json()
    case .fhir:
      return FHIRReport(
        report, finished: Date(), examination: nil, program: Self.program, version: form.version
      ).text
    case .dicomSR, .dicomSC: return try reports?.write(report) ?? ""
    }
  }

  /// Shows the progress of an image if standard error is a terminal.
  func follow(_ log: ExaminationLog, of input: AnalysisInput, number: Int, of count: Int) async {
    guard terminal.showsProgress else { return }
    let place = count > 1 ? "[\(number)/\(count)] \(input.name)" : input.name
    var text = ""
    for await entry in log.events() {
      switch entry.event {
      case .phaseStarted(let phase): terminal.progress("\(place) · \(title(of: phase))…")
      case .observation(let id, let observation): terminal.progress("\(place) · \(id): \(observation.value)")
      case .descriptionText(let piece):
        text += piece
        terminal.progress("\(place) · \(text.suffix(60).replacing("\n", with: " "))")
      default: break
      }
    }
  }

  private func title(of phase: ExaminationPhase) -> String {
    switch phase {
    case .encoding: "looking at the image"
    case .observation: "observing"
    case .review: "reviewing"
    case .classification: "classifying"
    }
  }
}

/// Printed in place of an image that could not be read.
private struct FailedReading: Encodable {
  struct Image: Encodable { var name: String }
  struct Failure: Encodable {
    var status: Int32
    var message: String
  }
  var image: Image
  var error: Failure

  init(name: String, _ fault: any Fault) {
    image = Image(name: name)
    error = Failure(status: fault.kind.exitStatus, message: fault.description)
  }
}

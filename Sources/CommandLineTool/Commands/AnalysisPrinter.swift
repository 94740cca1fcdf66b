import Dermoscopy
import Faults
import Foundation
import JSON
import UseCases

/// Prints what `analyze` finds, and shows how far it is.
struct AnalysisPrinter: AnalysisObserver {
  var terminal: Terminal
  var printsJSON: Bool

  func modelIsLoading() { terminal.progress("Loading the model…") }

  func ended(_ outcome: AnalysisOutcome) throws {
    switch outcome {
    case .report(let report):
      try terminal.print(
        printsJSON ? report.json() : report.text.trimmingCharacters(in: .newlines) + "\n\n" + report.usage + "\n")
    case .failure(let name, let fault):
      if printsJSON { try terminal.print(OrderedJSON.line(FailedReading(name: name, fault))) }
      terminal.printError("dermgemma: \(fault)")
    }
  }

  /// Prints a lesion with all of its views.
  func show(_ lesion: LesionReading) throws {
    try terminal.print(printsJSON ? OrderedJSON.line(lesion) : lesion.text + "\n")
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

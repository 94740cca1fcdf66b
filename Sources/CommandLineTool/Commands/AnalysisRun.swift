import Concurrency
import Datasets
import Dermoscopy
import Faults
import Foundation
import JSON
import Reading
import Records

/// Reads many images, several at once, and prints each result in the order of the inputs.
struct AnalysisRun: Sendable {
  var reader: Reader
  var labels: Labels?
  var seed: UInt64
  var parallel: Int
  var printsJSON: Bool
  var terminal: Terminal
  /// Where examinations are stored; `nil` to store none.
  var recorder: RunRecorder?

  private enum Outcome: Sendable {
    case report(ExaminationReport)
    case failure(name: String, kind: FaultKind, message: String)
  }

  /// - Returns: 0, or the exit status of the worst failure.
  /// - Throws: faults that concern all images: broken weights, output that cannot be written, interruption.
  func read(_ inputs: [AnalyzeInput]) async throws -> Int32 {
    var worst: FaultKind?
    var early: [Int: Outcome] = [:]
    var printed = 0
    try await inputs.indices.forEachConcurrently(limit: parallel) { index in
      try await outcome(of: inputs[index], number: index + 1, of: inputs.count)
    } ended: { index, outcome in
      early[index] = outcome
      while let outcome = early.removeValue(forKey: printed) {
        try print(outcome)
        if case .failure(_, let kind, _) = outcome { worst = worse(worst, kind) }
        printed += 1
      }
    }
    return worst?.exitStatus ?? 0
  }

  /// Reads the inputs and records how the run ended.
  func readAndKeep(_ inputs: [AnalyzeInput]) async throws -> Int32 {
    do {
      let status = try await read(inputs)
      try await recorder?.end(.finished)
      await recorder?.store.close()
      return status
    } catch {
      // The fault that stopped the run takes precedence over a database that cannot record it.
      try? await recorder?.end(RunRecorder.state(after: error))
      await recorder?.store.close()
      throw error
    }
  }

  /// The result of an input, stored before it is printed.
  private func outcome(of input: AnalyzeInput, number: Int, of count: Int) async throws -> Outcome {
    let start = ContinuousClock.now
    let outcome = try await reading(of: input, number: number, of: count)
    let elapsed = (ContinuousClock.now - start) / .milliseconds(1)
    switch outcome {
    case .report(let report): try await recorder?.keep(report, at: number - 1, elapsed: elapsed)
    case .failure(let name, let kind, let message):
      let failure = ExaminationFailure(FailedInput(kind: kind, description: message))
      try await recorder?.keep(failure, of: name, at: number - 1, elapsed: elapsed)
    }
    return outcome
  }

  private func reading(of input: AnalyzeInput, number: Int, of count: Int) async throws -> Outcome {
    try Task.checkCancellation()
    let log = ExaminationLog()
    let watching = Task { await watch(log, name: input.name, number: number, of: count) }
    defer { watching.cancel() }
    do {
      let truth = labels?.label(ofImageNamed: input.name).map { GroundTruth(code: $0.code, attribute: $0.attribute) }
      switch input {
      case .file(let path):
        return .report(try await reader.read(fileAt: path, name: input.name, truth: truth, seed: seed, log: log))
      case .standardInput:
        let bytes = try await StandardInput.read()
        return .report(try await reader.read(bytes, name: input.name, truth: truth, seed: seed, log: log))
      case .missing(let fault): throw fault
      }
    } catch let fault as any Fault {
      switch fault.kind {
      case .unusableInput, .missingInput:
        return .failure(name: input.name, kind: fault.kind, message: fault.description)
      default: throw fault
      }
    }
  }

  private func print(_ outcome: Outcome) throws {
    switch outcome {
    case .report(let report):
      try terminal.print(
        printsJSON ? report.json() : report.text.trimmingCharacters(in: .newlines) + "\n\n" + report.usage + "\n")
    case .failure(let name, let kind, let message):
      if printsJSON { try terminal.print(OrderedJSON.line(FailedReading(name: name, kind: kind, message: message))) }
      terminal.printError("dermgemma: \(message)")
    }
  }

  /// Shows the progress of an image if standard error is a terminal.
  private func watch(_ log: ExaminationLog, name: String, number: Int, of count: Int) async {
    guard terminal.showsProgress else { return }
    let place = count > 1 ? "[\(number)/\(count)] \(name)" : name
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

  private func worse(_ first: FaultKind?, _ second: FaultKind) -> FaultKind {
    // An unusable input takes precedence over a missing one: exit status 65 is documented "also when others succeeded".
    first == .unusableInput ? .unusableInput : second
  }
}

/// An input's failure, as its message describes it.
private struct FailedInput: Fault {
  var kind: FaultKind
  var description: String
}

/// Printed in place of an image that could not be read.
struct FailedReading: Codable {
  struct Image: Codable { var name: String }
  struct Failure: Codable {
    var status: Int32
    var message: String
  }
  var image: Image
  var error: Failure

  init(name: String, kind: FaultKind, message: String) {
    image = Image(name: name)
    error = Failure(status: kind.exitStatus, message: message)
  }

}

import Foundation
import UseCases

let doctorCommand = CommandSpecification(
  name: "doctor",
  summary: "Reports what is installed, found, usable and missing.",
  usage: ["doctor"],
  discussion: ["Exit status: 0 if images can be read, otherwise that of the first problem."],
  options: [EngineOption.device, EngineOption.model, EngineOption.projector],
  examples: [],
  takesArguments: false
) { arguments, terminal in
  let device = try chosenDevice(arguments)
  let check = InstallationCheck(
    version: Tool.version, device: device, weights: try arguments[EngineOption.model],
    projector: try arguments[EngineOption.projector])
  let failure = try await check.run { finding in
    let mark =
      switch finding.state {
      case .sound: "✓"
      case .absent: "–"
      case .faulty: "✗"
      }
    let subject = finding.subject.padding(toLength: 12, withPad: " ", startingAt: 0)
    try terminal.print("\(mark) \(subject) \(finding.text)")
  }
  try terminal.print(failure == nil ? "Images can be read." : "Images cannot be read until this is fixed.")
  return failure?.exitStatus ?? 0
}

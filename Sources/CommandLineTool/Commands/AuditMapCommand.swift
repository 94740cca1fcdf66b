import Auditing
import DICOM
import Dermoscopy
import Foundation
import JSON

/// Asks where in a picture an answer hangs, and prints the map.
func printMap(_ arguments: ParsedArguments, _ terminal: Terminal) async throws -> Int32 {
  guard arguments.positional.count == 2 else {
    throw UsageFault(message: "Name a picture: audit map IMAGE", command: "audit")
  }
  var request = MapRequest(
    of: arguments.positional[1], kind: try arguments[AuditOption.kind] ?? .tokens,
    readingProtocol: try chosenProtocol(arguments).readingProtocol)
  request.seed = try arguments[AuditOption.seed] ?? 0
  request.model = try arguments.modelSource(of: "audit")
  (request.threads, request.device) = (try arguments[EngineOption.threads], try chosenDevice(arguments))
  request.dicom = try DICOMOptions(arguments, hasFrame: false)
  request.drawing = try arguments[AuditOption.out]
  let map = try await request.run()
  if arguments[AuditOption.json] {
    try terminal.print(OrderedJSON.line(map))
  } else {
    for line in lines(of: map, drawing: request.drawing) { try terminal.print(line) }
  }
  return 0
}

/// The map in words and numbers.
private func lines(of map: AnswerMap, drawing: String?) -> [String] {
  func share(_ number: Double) -> String { String(format: "%.3f", number) }
  let test = map.deletion
  var lines = [
    "\(map.code.rawValue) \(share(map.probability)); without each block of \(map.kind == .tokens ? "tokens" : "the picture") its "
      + "probability changes by (percentage points, rows from the top):"
  ]
  for row in 0..<map.perSide {
    let numbers = map.changes[(row * map.perSide)..<((row + 1) * map.perSide)]
    // Adding zero turns a rounded −0 into 0.
    lines.append(numbers.map { String(format: "%8.1f", ($0 * 1_000).rounded() / 10 + 0) }.joined())
  }
  lines.append(
    "Deletion test \(test.passed ? "passed" : "not passed"): area under the probability \(share(test.own.area)) in the map's order, "
      + "\(share(test.randomArea)) in random orders, \(share(test.centre.area)) from the centre outwards (lower is better)."
  )
  if map.isDrawn {
    lines.append(map.kind.meaning)
    if let drawing { lines.append("The map is drawn in \(drawing)") }
  } else {
    let reason =
      map.isFlat
      ? "No block alone changes the probability by a percentage point"
      : "The map says no more than chance or the centre would"
    lines.append(reason + (drawing == nil ? "; it is not to be drawn." : ", so no picture was written."))
  }
  func counted(_ count: Int, _ noun: String) -> String { "\(count) \(noun)\(count == 1 ? "" : "s")" }
  lines.append(
    "Computed: \(counted(map.views, "view")), \(counted(map.counts.imageEncodes, "encode")), "
      + "\(counted(map.prompts, "prompt")).")
  return lines
}

import Dermoscopy
import JSON

/// `compare`: two pictures, each read, and where the readings differ.
enum ComparePictures {
  static func call(_ call: ToolCall) async throws -> ToolResult {
    let object = try call.arguments.object(knowing: ["images", "seed", "picture"])
    let seed = try call.seed(object)
    let isShown = try object.optional("picture").map { node throws(ProtocolFault) in try node.bool() } ?? false
    let names = try object.required("images").elements(2...2).map { node throws(ProtocolFault) in
      try node.line(ToolCall.nameLength)
    }
    var pictures: [HostedPicture] = []
    for name in names { pictures.append(try await call.host.picture(named: name, frame: nil)) }
    var readings: [HostedReading] = []
    for (place, picture) in pictures.enumerated() {
      let start = Double(place) / 2
      // The first picture is shown.
      let side = isShown && place == 0 ? ReadLesion.shownSide : nil
      readings.append(try await ReadLesion.read(picture, seed: seed, call, steps: start...(start + 0.5), side: side))
    }
    var result = ToolResult([
      "readings": .array(readings.map { .object(ReadLesion.document(of: $0)) }),
      "differences": differences(readings[0].report, readings[1].report),
    ])
    result.picture = readings[0].picture
    result.links = zip(readings, pictures).flatMap(ReadLesion.links)
    return result
  }

  static func differences(_ first: ExaminationReport, _ second: ExaminationReport) -> JSONValue {
    let notes = first.observations.entries.filter { entry in
      first.observations.words(of: entry.question) != second.observations.words(of: entry.question)
    }
    return .fields([
      "same_picture": .bool(!first.image.sha256.isEmpty && first.image.sha256 == second.image.sha256),
      "same_code": .bool(first.diagnosis?.code == second.diagnosis?.code),
      "probability_distance": distance(first.diagnosis?.probabilities, second.diagnosis?.probabilities),
      "observations": .object(
        notes.map { entry in
          JSONMember(
            key: entry.question,
            value: .array([
              .string(entry.observation.value), .text(second.observations[entry.question]?.value),
            ]))
        }),
    ])
  }

  /// Half the sum of the absolute differences (total variation distance), 0 to 1.
  private static func distance(_ first: CodeProbabilities?, _ second: CodeProbabilities?) -> JSONValue {
    guard let first, let second else { return .null }
    let sum = LesionCode.allCases.reduce(0) { $0 + abs(first[$1] - second[$1]) }
    return .real((sum / 2 * 1_000_000).rounded() / 1_000_000)
  }
}

import Dermoscopy
import Foundation
import JSON
import Records

/// `read_lesion`: the three phases about one picture.
enum ReadLesion {
  /// The longer side of the picture in a result, in pixels: enough to see what was read, and few tokens.
  static let shownSide = 512

  static func call(_ call: ToolCall) async throws -> ToolResult {
    let object = try call.arguments.object(knowing: ["image", "image_base64", "frame", "seed", "picture"])
    let seed = try call.seed(object)
    let isShown = try object.optional("picture").map { node throws(ProtocolFault) in try node.bool() } ?? true
    guard let picture = try await call.picture(object) else {
      throw ToolFailure.badArguments(
        "Give image, a name that list_images has, or image_base64, a picture's bytes.")
    }
    let reading = try await read(picture, seed: seed, call, steps: 0...1, side: isShown ? shownSide : nil)
    var result = ToolResult([:])
    result.structured = document(of: reading)
    result.picture = reading.picture
    result.links = links(to: reading, of: picture)
    return result
  }

  /// Reads a picture and tells the call's client each phase.
  ///
  /// - Parameters:
  ///   - steps: the part of the call's whole work that this reading is.
  ///   - side: the longer side of the picture that is wanted, in pixels; `nil` for none.
  static func read(
    _ picture: HostedPicture, seed: UInt64, _ call: ToolCall, steps: ClosedRange<Double>, side: Int?
  ) async throws -> HostedReading {
    let log = ExaminationLog()
    let phases = ExaminationPhase.allCases
    let following = Task {
      for await event in log.events() {
        guard case .phaseStarted(let phase) = event.event, let place = phases.firstIndex(of: phase) else { continue }
        let part = Double(place) / Double(phases.count)
        call.progress(
          steps.lowerBound + part * (steps.upperBound - steps.lowerBound), 1, Self.words(for: phase))
      }
    }
    defer { following.cancel() }
    return try await call.host.read(picture, seed: seed, for: call.client, log: log, side: side)
  }

  private static func words(for phase: ExaminationPhase) -> String {
    switch phase {
    case .encoding: "Looking at the picture"
    case .observation: "Phase 1: observations"
    case .review: "Phase 2: description"
    case .classification: "Phase 3: classification"
    }
  }

  static func links(to reading: HostedReading, of picture: HostedPicture) -> [ToolResult.Link] {
    var links: [ToolResult.Link] = []
    if let id = reading.id {
      links.append(.init(uri: .examination(id), title: "examination", mediaType: "application/json"))
    }
    // A frame has no address of its own.
    if picture.isNamed, picture.frame == nil {
      links.append(.init(uri: .image(picture.name), title: "picture", mediaType: "image/jpeg"))
    }
    return links
  }

  /// What a result says of a report.
  static func document(of reading: HostedReading) -> [JSONMember] {
    let report = reading.report
    return JSONValue.members([
      "summary": .string(summary(of: report)),
      "examination_id": .text(reading.id?.text),
      "image": .fields([
        "name": .string(report.image.name), "sha256": .string(report.image.sha256),
        "width": .integer(report.image.width), "height": .integer(report.image.height),
      ]),
      "code": .text(report.diagnosis?.code.rawValue),
      "method": .text(report.diagnosis?.method.name),
      "probabilities": probabilities(report.diagnosis),
      "observations": observations(report.observations),
      "description": .text(report.description?.cleaned),
      "flags": flags(report.flags),
      "protocol": .string("\(report.readingProtocol.id) \(report.readingProtocol.version)"),
      "model": .string(report.model.name),
      "seed": .number(String(report.seed)),
    ])
  }

  /// One sentence of fixed words and numbers.
  static func summary(of report: ExaminationReport) -> String {
    guard let diagnosis = report.diagnosis else { return "The examination ended without a code." }
    let code = "The model's code is \(diagnosis.code.rawValue) (\(diagnosis.code.diagnosis))"
    guard let probabilities = diagnosis.probabilities else { return code + "; it gives no probabilities." }
    let share = "\((probabilities[diagnosis.code] * 100).rounded() / 100)"
    guard let likeliest = probabilities.likeliest(), likeliest != diagnosis.code else {
      return code + ", with a probability of \(share)."
    }
    return code + ", with a probability of \(share); by its probabilities it would be \(likeliest.rawValue)."
  }

  static func probabilities(_ diagnosis: Diagnosis?) -> JSONValue {
    guard let probabilities = diagnosis?.probabilities else { return .null }
    return .object(LesionCode.allCases.map { JSONMember(key: $0.rawValue, value: .real(probabilities[$0])) })
  }

  static func observations(_ observations: Observations) -> JSONValue {
    .object(observations.entries.map { JSONMember(key: $0.question, value: .string($0.observation.value)) })
  }

  static func flags(_ flags: [QualityFlag]) -> JSONValue {
    .array(flags.map { .fields(["flag": .string($0.rawValue), "meaning": .string($0.words)]) })
  }
}

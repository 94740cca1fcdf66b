import Dermoscopy
import Foundation
import JSON

/// An examination as a FHIR Bundle: a preliminary DiagnosticReport, an Observation for each finding, the Device that made
/// them, and the picture.
///
/// It names no patient: the record has none. docs/FHIR.md says what is where, and where the codes come from.
public struct FHIRReport: Sendable {
  private let report: ExaminationReport
  private let finished: Date
  private let program: ReportingProgram
  private let version: FHIRVersion
  private let identity: ReportIdentity

  /// A report to be written.
  ///
  /// - Parameters:
  ///   - report: the examination.
  ///   - finished: when it ended.
  ///   - examination: its id, if it is stored.
  ///   - program: what wrote it.
  ///   - version: which FHIR.
  public init(
    _ report: ExaminationReport, finished: Date, examination: String?, program: ReportingProgram,
    version: FHIRVersion = .r4
  ) {
    self.report = report
    self.finished = finished
    self.program = program
    self.version = version
    identity = ReportIdentity(report, finished: finished, examination: examination)
  }

  /// The Bundle on one line.
  public var text: String {
    let observations = FHIRObservations(
      report, finished: finished, device: identity.uuid("device"),
      sources: [identity.uuid("picture")] + (study == nil ? [] : [identity.uuid("imaging study")]))
    let findings = observations.all.enumerated().map { (identity.uuid("observation \($0.offset)"), $0.element) }
    var resources =
      [(identity.uuid("report"), diagnosticReport(results: findings.map(\.0)))] + findings
      + [(identity.uuid("device"), device), (identity.uuid("picture"), picture)]
    if let study {
      let id = identity.uuid("imaging study")
      resources.append((id, study.resource(id: id)))
    }
    return FHIR.object([
      ("resourceType", .string("Bundle")), ("id", .string(identity.uuid("bundle"))), ("meta", FHIR.meta),
      ("type", .string("collection")), ("timestamp", FHIR.instant(finished)),
      (
        "entry",
        .array(
          resources.map { uuid, resource in
            FHIR.object([("fullUrl", .string("urn:uuid:" + uuid)), ("resource", resource)])
          })
      ),
    ]).text
  }

  /// An image that could not be read, as a FHIR OperationOutcome on one line.
  ///
  /// - Parameter message: why, which names the image.
  public static func failure(message: String) -> String {
    FHIR.object([
      ("resourceType", .string("OperationOutcome")),
      (
        "issue",
        .array([
          FHIR.object([
            ("severity", .string("error")), ("code", .string("processing")), ("diagnostics", FHIR.text(message)),
          ])
        ])
      ),
    ]).text
  }

  /// The study of the picture's file; `nil` where its keyed identifiers are not known.
  private var study: FHIRStudy? { FHIRStudy(of: report, version) }

  private func diagnosticReport(results: [String]) -> JSONValue {
    let reference = study.map { study in
      JSONValue.array([
        FHIR.object([
          ("reference", .string("urn:uuid:" + identity.uuid("imaging study"))), ("identifier", study.digest),
        ])
      ])
    }
    let code = report.diagnosis?.code
    return FHIR.object([
      ("resourceType", .string("DiagnosticReport")), ("id", .string(identity.uuid("report"))), ("meta", FHIR.meta),
      ("status", .string("preliminary")),
      ("code", FHIR.concept([CommonCode.procedure], text: "Dermoscopic image read by a vision-language model")),
      ("issued", FHIR.instant(finished)), ("result", FHIR.list(results.map(FHIR.reference))),
      (version == .r4 ? "imagingStudy" : "study", reference),
      ("media", .array([FHIR.object([("link", FHIR.reference(identity.uuid("picture")))])])),
      ("conclusion", FHIR.text(conclusion)),
      (
        "conclusionCode",
        code.map { .array([FHIR.concept([$0.snomed].compactMap(\.self), text: "\($0.diagnosis) (\($0.rawValue))")]) }
      ),
    ])
  }

  private var conclusion: String {
    let code = report.diagnosis.map { "Classified as \($0.code.rawValue), \($0.code.diagnosis)." }
    return [ReportingProgram.notice, code, report.description?.cleaned].compactMap(\.self).joined(separator: " ")
  }

  private var device: JSONValue {
    let versions = program.provenance(report).map { part in
      FHIR.object([("type", FHIR.concept(text: part.name)), ("value", FHIR.text(part.value))])
    }
    let name: [(String, JSONValue?)] = [
      (version == .r4 ? "name" : "value", .string(ReportingProgram.name)), ("type", .string("user-friendly-name")),
    ]
    return FHIR.object([
      ("resourceType", .string("Device")), ("id", .string(identity.uuid("device"))), ("status", .string("active")),
      (version == .r4 ? "deviceName" : "name", .array([FHIR.object(name)])), ("version", .array(versions)),
    ])
  }

  /// R4 has Media; R5 has DocumentReference in its place.
  private var picture: JSONValue {
    let image = report.image
    let digest =
      image.sha256.isEmpty
      ? []
      : [FHIR.object([("type", FHIR.concept(text: "SHA-256 of the file")), ("value", .string(image.sha256))])]
    let identifiers = FHIR.list(digest + [FHIRStudy.instance(of: image)].compactMap(\.self))
    let size: [(String, JSONValue?)] = [("height", image.height), ("width", image.width)].map { name, pixels in
      (name, pixels > 0 ? .number(String(pixels)) : nil)
    }
    let content: [(String, JSONValue?)] = [("title", FHIR.text(image.name) ?? .string("image"))]
    let start: [(String, JSONValue?)] = [
      ("resourceType", .string(version == .r4 ? "Media" : "DocumentReference")),
      ("id", .string(identity.uuid("picture"))),
      ("identifier", identifiers), ("status", .string(version == .r4 ? "completed" : "current")),
    ]
    guard version == .r4 else {
      return FHIR.object(
        start + [
          ("modality", .array([FHIR.concept([CommonCode.dermoscopy], text: "Dermoscopy")])),
          ("content", .array([FHIR.object([("attachment", FHIR.object(content + size))])])),
        ])
    }
    return FHIR.object(
      start + [("modality", FHIR.concept([CommonCode.dermoscopy], text: "Dermoscopy"))] + size
        + [("content", FHIR.object(content))])
  }
}

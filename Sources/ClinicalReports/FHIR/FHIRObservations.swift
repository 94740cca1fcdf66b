import Dermoscopy
import Foundation
import JSON

/// The Observations of a report: each question's, the description, the classification, the flags.
struct FHIRObservations {
  let report: ExaminationReport
  let finished: Date
  let device: String
  /// The picture, and its study where that is known.
  let sources: [String]

  init(_ report: ExaminationReport, finished: Date, device: String, sources: [String]) {
    self.report = report
    self.finished = finished
    self.device = device
    self.sources = sources
  }

  /// All of them, in the report's order.
  var all: [JSONValue] {
    var all = report.observations.entries.map { finding($0.question, $0.observation) }
    if let description = report.description { all.append(text("Description", description.cleaned)) }
    if let diagnosis = report.diagnosis { all.append(classification(diagnosis)) }
    all.append(
      text("Quality flags", report.flags.isEmpty ? "none" : report.flags.map(\.rawValue).joined(separator: ", ")))
    return all
  }

  private func finding(_ question: String, _ observation: Observation) -> JSONValue {
    guard observation.value != Observation.unclear else { return resource(question, [("dataAbsentReason", unknown)]) }
    return text(question, observation.value)
  }

  private func text(_ name: String, _ value: String) -> JSONValue {
    let words = FHIR.text(value)
    return resource(name, [("valueString", words), ("dataAbsentReason", words == nil ? unknown : nil)])
  }

  private var unknown: JSONValue {
    .object([
      JSONMember(
        key: "coding",
        value: .array([
          FHIR.object([
            ("system", .string("http://terminology.hl7.org/CodeSystem/data-absent-reason")),
            ("code", .string("unknown")),
          ])
        ])), JSONMember(key: "text", value: .string(Observation.unclear)),
    ])
  }

  private func classification(_ diagnosis: Diagnosis) -> JSONValue {
    let components = diagnosis.probabilities.map { probabilities in
      LesionCode.allCases.map { code in
        FHIR.object([
          ("code", FHIR.concept(text: "Probability of \(code.diagnosis) (\(code.rawValue))")),
          (
            "valueQuantity",
            FHIR.object([
              // As the record has it: 0.25 stays 0.25, and nothing is rounded again.
              ("value", .number(probabilities[code].description)), ("unit", .string("1")),
              ("system", ClinicalCode.System.units.address.map { .string($0) }), ("code", .string("1")),
            ])
          ),
        ])
      }
    }
    let code = diagnosis.code
    return resource(
      "Classification",
      [
        (
          "valueCodeableConcept",
          FHIR.concept([code.snomed].compactMap(\.self), text: "\(code.diagnosis) (\(code.rawValue))")
        ), ("method", FHIR.concept(text: diagnosis.method.name)), ("component", FHIR.list(components ?? [])),
      ])
  }

  /// An Observation; FHIR's own order of members does not matter in JSON.
  private func resource(_ name: String, _ members: [(String, JSONValue?)]) -> JSONValue {
    FHIR.object(
      [
        ("resourceType", .string("Observation")), ("meta", FHIR.meta), ("status", .string("preliminary")),
        ("code", FHIR.concept(text: name)), ("issued", FHIR.instant(finished)),
      ] + members + [
        ("bodySite", bodySite), ("device", FHIR.reference(device)),
        ("derivedFrom", FHIR.list(sources.map(FHIR.reference))),
      ])
  }

  private var bodySite: JSONValue? {
    guard let lesion = report.image.lesion, let region = lesion.region else { return nil }
    let codes = ([region] + (lesion.regionModifiers ?? [])).compactMap { ClinicalCode($0, meaning: "") }
    let side = CommonCode.side(lesion.laterality)
    let words = ["\(region.scheme) \(region.code)", side?.meaning.lowercased()].compactMap(\.self)
    return FHIR.concept(codes + [side].compactMap(\.self), text: words.joined(separator: ", "))
  }
}

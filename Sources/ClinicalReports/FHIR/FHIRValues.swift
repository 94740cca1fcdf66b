import Foundation
import JSON

/// Builds FHIR's JSON: no empty texts, lists or objects, which FHIR forbids.
enum FHIR {
  /// An object of the members that are there.
  static func object(_ members: [(String, JSONValue?)]) -> JSONValue {
    .object(members.compactMap { key, value in value.map { JSONMember(key: key, value: $0) } })
  }

  /// A list; `nil` without elements.
  static func list(_ values: [JSONValue]) -> JSONValue? { values.isEmpty ? nil : .array(values) }

  /// A text without control characters; `nil` for one of white space alone.
  static func text(_ text: String?) -> JSONValue? {
    guard let text else { return nil }
    let kept = String(
      String.UnicodeScalarView(text.unicodeScalars.filter { $0.value >= 32 || "\t\n\r".unicodeScalars.contains($0) }))
    let trimmed = kept.trimmingCharacters(in: .whitespacesAndNewlines)
    return trimmed.isEmpty ? nil : .string(trimmed)
  }

  /// A concept with its words, and with its code where there is one.
  static func concept(_ codes: [ClinicalCode] = [], text words: String) -> JSONValue {
    object([("coding", list(codes.compactMap(coding))), ("text", text(words))])
  }

  /// A code; `nil` for one of our own.
  static func coding(_ code: ClinicalCode) -> JSONValue? {
    code.system.address.map { address in
      object([("system", .string(address)), ("code", .string(code.code)), ("display", text(code.meaning))])
    }
  }

  /// A reference to another entry of the bundle.
  static func reference(_ uuid: String) -> JSONValue { object([("reference", .string("urn:uuid:" + uuid))]) }

  /// A moment with its zone, to the nearest millisecond. Foundation cuts digits off, and a moment of whole milliseconds is often
  /// a little less than it says.
  static func instant(_ date: Date) -> JSONValue {
    let milliseconds = (date.timeIntervalSince1970 * 1_000).rounded()
    return .string(
      Date.ISO8601FormatStyle(includingFractionalSeconds: true)
        .format(Date(timeIntervalSince1970: (milliseconds + 0.25) / 1_000)))
  }

  /// The label that says that a machine asserted it (v3-ObservationValue).
  static let meta = object([
    (
      "security",
      .array([
        object([
          ("system", .string("http://terminology.hl7.org/CodeSystem/v3-ObservationValue")), ("code", .string("AIAST")),
        ])
      ])
    )
  ])
}

import Digests
import Dermoscopy
import Foundation

/// The identifiers of a report and its parts: the same for the same examination, and made from nothing but its digests.
struct ReportIdentity {
  private let seed: String

  /// - Parameter examination: the examination's id; without one, its image, weights, protocol, seed and time make one.
  init(_ report: ExaminationReport, finished: Date, examination: String?) {
    seed =
      examination
      ?? [
        report.image.sha256, report.readingProtocol.digest, report.model.weights ?? report.model.name,
        report.model.projector ?? "", String(report.seed), String(finished.timeIntervalSince1970),
      ].joined(separator: " ")
  }

  /// A UUID of version 8 (RFC 9562) for a part.
  func uuid(_ part: String) -> String {
    var bytes = Array(SHA256Digest(of: Array((seed + "\0" + part).utf8)).bytes.prefix(16))
    bytes[6] = bytes[6] & 0x0F | 0x80
    bytes[8] = bytes[8] & 0x3F | 0x80
    let digits = bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }
    return [0..<4, 4..<6, 6..<8, 8..<10, 10..<16].map { digits[$0].joined() }.joined(separator: "-")
  }

  /// A UID from a UUID: `2.25.` and its number (PS3.5, B.2).
  func uid(_ part: String) -> String { Self.uid(uuid(part)) }

  /// The UID of something that is the same in all reports, by its name.
  static func uid(of name: String) -> String {
    let bytes = SHA256Digest(of: Array(name.utf8)).bytes.prefix(16)
    return "2.25.\(bytes.reduce(UInt128(0)) { $0 << 8 | UInt128($1) })"
  }

  private static func uid(_ uuid: String) -> String {
    let number = UInt128(uuid.replacing("-", with: ""), radix: 16) ?? 0
    return "2.25.\(number)"
  }
}

/// What wrote a report.
public struct ReportingProgram: Sendable, Hashable {
  /// The program's name.
  public static let name = "DermGemma"
  /// What every report says first.
  public static let notice = "For research. This is not a diagnosis."
  /// The program's version.
  public let version: String

  /// A program of a version.
  public init(version: String) { self.version = version }

  /// What a report came from, as names and values: program, model, digests, protocol, seed.
  func provenance(_ report: ExaminationReport) -> [(name: String, value: String)] {
    let model = report.model
    var parts = [("program", version), ("engine", report.engine), ("model", model.name)]
    if let weights = model.weights { parts.append(("weights, SHA-256", weights)) }
    if let projector = model.projector { parts.append(("projector, SHA-256", projector)) }
    for adapter in model.adapters ?? [] { parts.append(("adapter, SHA-256, times \(adapter.scale)", adapter.sha256)) }
    if let precision = model.precision { parts.append(("precision of the image's encoder", precision)) }
    parts.append(("protocol", "\(report.readingProtocol.id) \(report.readingProtocol.version)"))
    parts.append(("protocol, SHA-256", report.readingProtocol.digest))
    parts.append(("seed", String(report.seed)))
    return parts.map { (name: $0.0, value: $0.1) }
  }
}

import AuditStatistics
import Dermoscopy
import Digests
import JSON
import TextOutput

/// Arms as a versioned document, validated before use, like a protocol.
///
/// `Documents/arms.schema.json` describes the documents to other programs; this type checks all that it says.
public struct ArmsDocument: Sendable, Hashable {
  /// The document's own name for its format.
  static let schema = "dermgemma-arms/1"
  /// 1 MiB.
  static let longest = 1 << 20
  private static let nesting = 16

  /// The document's name for itself.
  public let id: String
  /// The document's version.
  public let version: String
  /// One line for people.
  public let title: String
  /// SHA-256 of the document's bytes.
  public let digest: SHA256Digest
  /// In the document's order.
  public let arms: [AuditArm]

  /// Reads and checks a document.
  ///
  /// - Parameters:
  ///   - json: the file's bytes.
  ///   - name: what a fault calls the document.
  /// - Throws: ``ArmsFault`` with the first thing that is wrong, and where.
  public init(json: [UInt8], name: String) throws(ArmsFault) {
    guard json.count <= Self.longest else {
      throw ArmsFault(name: name, message: "has \(json.count) bytes, more than \(Self.longest)")
    }
    let value: JSONValue
    do {
      value = try JSONParser.parse(json, deepest: Self.nesting)
    } catch {
      throw ArmsFault(name: name, place: "line \(error.line), column \(error.column)", message: error.message)
    }
    do {
      try self.init(DocumentNode(value: value, document: name), digest: SHA256Digest(of: json))
    } catch {
      throw ArmsFault(error)
    }
  }

  private init(_ root: DocumentNode, digest: SHA256Digest) throws(ProtocolFault) {
    let format = try root.object().required("schema")
    guard format.value == .string(Self.schema) else { throw format.fault("must be \(Quoted(Self.schema))") }
    let object = try root.object(knowing: ["$schema", "schema", "id", "version", "title", "arms"])
    _ = try object.optional("$schema")?.line(1...200)
    self.digest = digest
    id = try object.required("id").identifier()
    version = try object.required("version").identifier()
    title = try object.required("title").line(1...200)
    let list = try object.required("arms")
    arms = try list.elements(1...200).map { node throws(ProtocolFault) in try AuditArm(node) }
    try list.checkDistinct(arms.map { "\($0.role.rawValue) \($0.name)" }, what: "arm")
  }
}

extension AuditArm {
  init(_ node: DocumentNode) throws(ProtocolFault) {
    let object = try node.object(knowing: [
      "name", "title", "family", "role", "seed", "change", "doses", "quick", "compared", "scores",
    ])
    name = try object.required("name").identifier()
    title = try object.required("title").line(1...200)
    let family = try object.required("family")
    self.family = try family.choice(of: AuditFamily.self)
    let role = try object.required("role")
    self.role = try role.choice(of: AuditRole.self)
    if let own = self.role.family, own != self.family {
      throw family.fault(
        "is \(self.family.rawValue), but arms of the role \(self.role.rawValue) are of \(own.rawValue)")
    }
    seed = UInt64(try object.optional("seed")?.integer(0...1_000_000_000) ?? 0)
    compared = try object.required("compared").distinct(1...64) { node throws(ProtocolFault) in
      try node.choice(of: AuditMeasure.self)
    }
    let change = try object.required("change")
    let kind = try change.object().required("kind").choice(of: ChangeKind.self)
    guard kind.roles.contains(self.role) else {
      throw role.fault(
        "is \(self.role.rawValue), but a change of the kind \(kind.rawValue) goes with "
          + kind.roles.map(\.rawValue).joined(separator: ", "))
    }
    let scores = object.optional("scores")
    self.scores = try scores?.choice(of: Scores.self) ?? .calibrated
    if self.scores == .raw, !kind.asksAnotherPrompt {
      throw (scores ?? node).fault(
        "is raw, but a change of the kind \(kind.rawValue) asks the prompt that the calibration was fitted to")
    }
    let fixed = try change.object(knowing: ["kind"] + kind.keys)
    if let list = object.optional("doses") {
      let doses = try list.elements(1...32).map { node throws(ProtocolFault) in
        let own = try node.object(knowing: ["dose"] + kind.keys)
        return Dose(
          number: try own.required("dose").integer(0...1_000),
          change: try ChangeParameters(kind: kind, own: own, fixed: fixed).change())
      }
      try list.checkDistinct(doses.map { String($0.number) }, what: "dose")
      self.doses = doses.sorted { $0.number < $1.number }
    } else {
      doses = [Dose(number: 0, change: try ChangeParameters(kind: kind, own: fixed, fixed: fixed).change())]
    }
    let numbers = Set(doses.map(\.number))
    quickDoses = Set(
      try object.optional("quick")?.distinct(0...32) { node throws(ProtocolFault) in
        let number = try node.integer(0...1_000)
        guard numbers.contains(number) else { throw node.fault("there is no dose \(number)") }
        return number
      } ?? [])
  }
}

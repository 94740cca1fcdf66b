import AuditStatistics
import Documents

extension ArmsDocument {
  /// The names of the documents that ship with the program: one for each family, in the order of the report.
  public static let builtinNames = AuditFamily.allCases.map(\.rawValue)

  /// The bytes of a document that ships with the program; `nil` for another name.
  public static func builtinDocument(named name: String) -> [UInt8]? {
    switch AuditFamily(rawValue: name) {
    case .camera: EmbeddedDocument.cameraArms.bytes
    case .looking: EmbeddedDocument.lookingArms.bytes
    case .words: EmbeddedDocument.wordsArms.bytes
    case .chance: EmbeddedDocument.chanceArms.bytes
    case .chain: EmbeddedDocument.chainArms.bytes
    case .groups: EmbeddedDocument.groupsArms.bytes
    case nil: nil
    }
  }

  /// The JSON Schema (2020-12) of an arms document, for editors and other programs.
  public static var schemaDocument: [UInt8] { EmbeddedDocument.armsSchema.bytes }

  /// A document that ships with the program.
  ///
  /// - Throws: ``ArmsFault`` for a name that none has.
  public static func builtin(named name: String) throws(ArmsFault) -> ArmsDocument {
    guard let document = builtinDocument(named: name) else {
      throw ArmsFault(name: name, message: "is neither a file nor one of \(builtinNames.joined(separator: ", "))")
    }
    return try ArmsDocument(json: document, name: name)
  }
}

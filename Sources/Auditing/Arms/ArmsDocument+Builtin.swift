import AuditStatistics

extension ArmsDocument {
  /// The names of the documents that ship with the program: one for each family, in the order of the report.
  public static let builtinNames = AuditFamily.allCases.map(\.rawValue)

  /// The bytes of a document that ships with the program; `nil` for another name.
  public static func builtinDocument(named name: String) -> [UInt8]? {
    switch AuditFamily(rawValue: name) {
    case .camera: PackageResources.camera_json
    case .looking: PackageResources.looking_json
    case .words: PackageResources.words_json
    case .chance: PackageResources.chance_json
    case .chain: PackageResources.chain_json
    case .groups: PackageResources.groups_json
    case nil: nil
    }
  }

  /// The JSON Schema (2020-12) of an arms document, for editors and other programs.
  public static var schemaDocument: [UInt8] { PackageResources.arms_schema_json }

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

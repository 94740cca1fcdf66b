import Documents

extension ReadingProtocol {
  /// The names of the protocols that ship with the program; the first is the default.
  public static let builtinNames = ["seed", "extended", "direct"]

  /// The bytes of a document that ships with the program; `nil` for another name.
  public static func builtinDocument(named name: String) -> [UInt8]? {
    switch name {
    case "seed": EmbeddedDocument.seedProtocol.bytes
    case "extended": EmbeddedDocument.extendedProtocol.bytes
    case "direct": EmbeddedDocument.directProtocol.bytes
    default: nil
    }
  }

  /// The JSON Schema (2020-12) of a protocol document, for editors and other programs.
  public static var schemaDocument: [UInt8] { EmbeddedDocument.protocolSchema.bytes }

  /// A protocol that ships with the program.
  ///
  /// - Throws: ``ProtocolFault`` for a name that none has.
  public static func builtin(named name: String) throws(ProtocolFault) -> ReadingProtocol {
    guard let document = builtinDocument(named: name) else {
      throw ProtocolFault(
        name: name, place: "", message: "is not one of \(builtinNames.joined(separator: ", "))")
    }
    return try ReadingProtocol(json: document, name: name)
  }
}

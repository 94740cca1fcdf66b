import CDocuments

/// A document that is part of the program: a protocol, a schema, a table, a style sheet. `CDocuments` has their bytes.
package enum EmbeddedDocument: String, CaseIterable {
  case seed99 = "Archive/Records/seed99.txt"
  case auditStyle = "AuditReporting/Resources/audit.css"
  case armsSchema = "Auditing/Documents/arms.schema.json"
  case cameraArms = "Auditing/Documents/camera.json"
  case chainArms = "Auditing/Documents/chain.json"
  case chanceArms = "Auditing/Documents/chance.json"
  case groupsArms = "Auditing/Documents/groups.json"
  case lookingArms = "Auditing/Documents/looking.json"
  case wordsArms = "Auditing/Documents/words.json"
  case diagnosisWords = "Datasets/Diagnoses/diagnosis-words.tsv"
  case isicTaxonomy = "Datasets/Diagnoses/isic-taxonomy.tsv"
  case directProtocol = "Dermoscopy/Protocols/direct.json"
  case extendedProtocol = "Dermoscopy/Protocols/extended.json"
  case protocolSchema = "Dermoscopy/Protocols/protocol.schema.json"
  case seedProtocol = "Dermoscopy/Protocols/seed.json"
  case modelCatalogue = "Hub/Catalogue/models.json"
  case toolInstructions = "MCP/Documents/instructions.txt"
  case tools = "MCP/Documents/tools.json"
  case reportStyle = "Validation/Page/report.css"
  case reportScript = "Validation/Page/report.js"
  case openAPI = "Web/Documents/openapi.json"

  /// Its bytes: those of the file below `Sources` that the raw value names. None where `CDocuments` lacks it, which a test excludes.
  package var bytes: [UInt8] {
    var count = 0
    guard let text = dermgemma_document(rawValue, &count) else { return [] }
    return Array(UnsafeBufferPointer(start: text, count: count))
  }
}

import Foundation
import Testing

@testable import Documents

/// What the program carries is what lies below `Sources`.
@Suite struct EmbeddedDocumentTests {
  @Test(arguments: EmbeddedDocument.allCases)
  func `a document has its file's bytes`(_ document: EmbeddedDocument) throws {
    let sources = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().appending(path: "Sources")
    let file = try Data(contentsOf: sources.appending(path: document.rawValue))
    #expect(!file.isEmpty)
    #expect(document.bytes == Array(file))
  }
}

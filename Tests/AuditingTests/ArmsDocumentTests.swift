import AuditStatistics
import Dermoscopy
import Testing

@testable import Auditing

/// Arms are documents: what is right in one is read, what is wrong is named with its place.
@Suite struct ArmsDocumentTests {
  @Test(arguments: ArmsDocument.builtinNames) func eachFamilyHasADocument(_ name: String) throws {
    let document = try ArmsDocument.builtin(named: name)
    #expect(document.id == name)
    #expect(document.arms.allSatisfy { $0.family.rawValue == name })
  }
}

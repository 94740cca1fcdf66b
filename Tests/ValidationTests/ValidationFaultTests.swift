import Testing

@testable import Validation

@Suite struct ValidationFaultTests {
  @Test func namesTheFolder() {
    #expect(ValidationFault.nothingToValidate(folder: "images").description.contains("images"))
  }
}

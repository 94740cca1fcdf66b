import Testing

@testable import Dermoscopy

@Suite struct ClinicalMetadataTests {
  @Test func `what is known is written in its order, and read back`() {
    let whole = ClinicalMetadata(
      lesion: "L", patient: "P", site: "back", sex: "female", age: 50, skinType: "II", device: "DermLite")
    let text =
      #"{"lesion_id":"L","patient_id":"P","site":"back","sex":"female","age":50,"skin_type":"II","device":"DermLite"}"#
    #expect(whole.json == text)
    #expect(ClinicalMetadata(json: text) == whole)
    #expect(ClinicalMetadata(age: 3).json == #"{"age":3}"#)
  }

  @Test(arguments: [nil, "", "[]", #"{"asked":"what?"}"#, #"{"age":"old"}"#])
  func `nothing is known from other text`(_ text: String?) {
    #expect(ClinicalMetadata(json: text) == ClinicalMetadata())
  }

  @Test func `nothing known is nothing written`() { #expect(ClinicalMetadata().json == nil) }

  @Test func `what is missing is filled from elsewhere, and what is there stays`() {
    let filled = ClinicalMetadata(site: "back", device: nil).filled(from: ClinicalMetadata(site: "arm", device: "D"))
    #expect(filled == ClinicalMetadata(site: "back", device: "D"))
  }
}

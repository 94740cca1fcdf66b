import Testing

@testable import Datasets

@Suite struct MetadataTableTests {
  @Test func `HAM10000's own layout is read as labels with metadata`() throws {
    let text = "lesion_id,image_id,dx,dx_type,age,sex,localization\nHAM_1,ISIC_1,bkl,histo,80.0,male,scalp\n"
    let label = try #require(try Labels(bytes: Array(text.utf8), name: "l").label(ofImageNamed: "ISIC_1.jpg"))
    #expect(label.code == "BKL")
    #expect(label.metadata == LesionMetadata(lesion: "HAM_1", site: "scalp", sex: "male", age: 80))
  }

  @Test(arguments: ["", "unknown", "UNKNOWN", "-1", "151", "old"])
  func `an age that is none is not known`(_ age: String) throws {
    let table = try MetadataTable(bytes: Array("image_id,age,sex\na,\(age),male\n".utf8), name: "m")
    #expect(table.metadata(ofImageNamed: "a.png") == LesionMetadata(sex: "male"))
  }

  @Test(arguments: [
    (
      "image_id,dx\n",
      "m, line 1: the first row must name the column image_id and one or more of lesion_id, site, sex and age"
    ),
    ("sex\n", "m, line 1: the first row must name the column image_id and one or more of lesion_id, site, sex and age"),
    ("image_id,sex\n,male\n", "m, line 2: an image's name is missing"),
    ("image_id,sex\na,b,c\n", "m, line 2: 3 fields where the header has 2"), ("", "m: the file is empty"),
  ])
  func `a table without its columns is refused`(_ text: String, _ message: String) {
    let fault = #expect(throws: LabelFault.self) { try MetadataTable(bytes: Array(text.utf8), name: "m") }
    #expect(fault?.description == message)
  }
}

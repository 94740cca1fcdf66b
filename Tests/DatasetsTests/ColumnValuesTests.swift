import Testing

@testable import Datasets

@Suite struct ColumnValuesTests {
  private func values(_ text: String, _ column: String) throws -> ColumnValues {
    try ColumnValues(column: column, bytes: Array(text.utf8), name: "t.csv")
  }

  @Test func `a column gives each image its value, by the image's name without extension`() throws {
    let found = try values("image_id;dx;Nest ID\nISIC_1;nv;n1\nISIC_2;mel;\nISIC_1;nv;n1\n", "nest_id")
    #expect(found.value(ofImageNamed: "folder/ISIC_1.jpg") == "n1")
    #expect(found.value(ofImageNamed: "ISIC_2.jpg") == nil && found.value(ofImageNamed: "x.jpg") == nil)
  }

  @Test(arguments: [
    ("image_id,dx\na,nv\n", "there is no column \"nest\"; found image_id, dx"),
    ("picture_of,nest\na,1\n", "no column names the image"), ("", "the file is empty"),
    ("image,nest\na,1\na.jpg,2\n", "another \"nest\""),
  ]) func `a table that does not say it is refused`(_ text: String, _ says: String) {
    let fault = #expect(throws: LabelFault.self) { try values(text, "nest") }
    #expect(fault?.description.contains(says) == true, "\(fault?.description ?? "")")
  }
}

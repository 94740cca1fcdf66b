import Dermoscopy
import Testing

@testable import Datasets

@Suite struct MetadataTableTests {
  @Test func `HAM10000's own layout is read as labels with metadata`() throws {
    let text = "lesion_id,image_id,dx,dx_type,age,sex,localization\nHAM_1,ISIC_1,bkl,histo,80.0,male,scalp\n"
    let label = try #require(try Labels(bytes: Array(text.utf8), name: "l").label(ofImageNamed: "ISIC_1.jpg"))
    #expect(label.code == "BKL")
    #expect(label.metadata == ClinicalMetadata(lesion: "HAM_1", site: "scalp", sex: "male", age: 80))
  }

  @Test(arguments: ["", "unknown", "UNKNOWN", "-1", "151", "old"])
  func `an age that is none is not known`(_ age: String) throws {
    let table = try MetadataTable(bytes: Array("image_id,age,sex\na,\(age),male\n".utf8), name: "m")
    #expect(table.metadata(ofImageNamed: "a.png") == ClinicalMetadata(sex: "male"))
  }

  @Test(
    arguments: [
      (
        "image_name,patient_id,sex,age_approx,anatom_site_general_challenge\na,IP_1,female,45.0,torso\n",
        ClinicalMetadata(patient: "IP_1", site: "torso", sex: "female", age: 45)
      ),
      ("isic_id,age_approx,sex,anatom_site_general\na,85+,NA,NA\n", ClinicalMetadata(age: 85)),
      (
        "isic_id;age_approx;anatom_site_1;anatom_site_2;anatom_site_3\ra;45,0;Trunk;Posterior trunk;Upper back\r",
        ClinicalMetadata(site: "Posterior trunk", age: 45)
      ),
      (
        "isic_id,anatom_site_1,anatom_site_2,fitzpatrick_skin_type\na,Trunk,,iv\n",
        ClinicalMetadata(site: "Trunk", skinType: "IV")
      ),
      (
        "img_id,patient_id,lesion_id,gender,region,fitspatrick\na.png,PAT_1,7,FEMALE,ARM,3.0\n",
        ClinicalMetadata(lesion: "7", patient: "PAT_1", site: "ARM", sex: "FEMALE", skinType: "III")
      ),
    ] as [(String, ClinicalMetadata)])
  func `the metadata of public sets are found, and NA is nothing`(_ text: String, _ metadata: ClinicalMetadata) throws {
    let table = try MetadataTable(bytes: Array(text.utf8), name: "m")
    #expect(table.metadata(ofImageNamed: "a.jpg") == metadata)
    #expect(table.remarks.isEmpty)
  }

  @Test func `fields that cannot be read are told with their number`() throws {
    let text = "image,age,skin_type\na,old,II\nb,old,VII\nc,-1,\n"
    #expect(
      try MetadataTable(bytes: Array(text.utf8), name: "m").remarks == [
        "m: 3 fields of age that cannot be read, taken as unknown: old 2, -1 1",
        "m: 1 fields of skin_type that cannot be read, taken as unknown: VII 1",
      ])
  }

  @Test(arguments: [
    (
      "image_id,dx\n",
      "m, line 1: the first row must name the column image_id (or image, image_id, isic_id, image_name, img_id, bcn_filename, filename, file_name) and one or more of lesion_id, patient_id, site, sex, age, skin_type; found image_id, dx"
    ),
    (
      "sex\n",
      "m, line 1: the first row must name the column image_id (or image, image_id, isic_id, image_name, img_id, bcn_filename, filename, file_name) and one or more of lesion_id, patient_id, site, sex, age, skin_type; found sex"
    ),
    ("image_id,sex\n,male\n", "m, line 2: an image's name is missing"),
    ("image_id,sex\na,b,c\n", "m, line 2: 3 fields where the header has 2"), ("", "m: the file is empty"),
  ])
  func `a table without its columns is refused`(_ text: String, _ message: String) {
    let fault = #expect(throws: LabelFault.self) { try MetadataTable(bytes: Array(text.utf8), name: "m") }
    #expect(fault?.description == message)
  }
}

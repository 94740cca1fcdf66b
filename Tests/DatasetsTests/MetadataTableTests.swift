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

  @Test func `dates and visits order pictures, and no value of them is told`() throws {
    let text =
      "image,dx,lesion_id,acquisition_date\na,nv,L,2026-02-03\nb,nv,L,2025/12/31\nc,nv,L,2026-02-03T00:00\n"
      + "d,nv,L,\ne,nv,L,03.02.2026\nf,nv,L,2026-02-03 08:15:30\ng,nv,L,2026-13-01\nf,nv,L,1999-01-01\n"
    let labels = try Labels(bytes: Array(text.utf8), name: "l")
    let names = ["a", "b", "c", "d", "e", "f", "g", "other"].map { $0 + ".png" }
    #expect(labels.order(ofImagesNamed: names) == ["b.png": 1, "a.png": 2, "c.png": 2, "f.png": 3])
    #expect(labels.order(ofImagesNamed: ["f.png", "a.png"]) == ["a.png": 1, "f.png": 2])
    let told = labels.remarks.filter { $0.contains("place in time") }
    #expect(
      told == [
        "l: 2 values of acquisition_date are neither a number nor a date such as 2026-02-03; their pictures have no place in time"
      ])
    let days = try Labels(
      bytes: Array("isic_id,diagnosis_1,acquisition_day\na,Benign,10\nb,Benign,9\n".utf8), name: "l")
    #expect(days.order(ofImagesNamed: ["a", "b"]) == ["a": 2, "b": 1])
  }

  @Test(
    arguments: [
      ("7", 7.0), ("-1.5", -1.5), ("2026-02-03", 20_260_203), ("2026/2/3", 20_260_203),
      ("2026-02-03T12:00Z", 20_260_203.5),
      ("nan", nil), ("2026-02", nil), ("soon", nil), ("2026-00-10", nil),
    ] as [(String, Double?)])
  func `what orders pictures`(field: String, moment: Double?) {
    #expect(AcquisitionColumn.moment(field) == moment)
  }
}

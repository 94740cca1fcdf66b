import Dermoscopy
import Foundation
import Testing

@testable import Datasets

@Suite struct LabelLayoutTests {
  private func labels(_ bytes: [UInt8], _ choice: ColumnChoice = ColumnChoice()) throws -> Labels {
    try Labels(bytes: bytes, name: "l.csv", choice: choice)
  }

  private func reason(_ text: String, _ choice: ColumnChoice = ColumnChoice()) -> String? {
    do throws(LabelFault) {
      _ = try Labels(bytes: Array(text.utf8), name: "l.csv", choice: choice)
      return nil
    } catch {
      return error.description
    }
  }

  /// Layout, file, the codes of its images.
  static let files: [(String, String, [String: String])] = [
    ("the seed's layout (Image, Dx)", "Image,Dx, Lesion attributes\na,nv,\n", ["a": "NV"]),
    (
      "HAM10000's layout (image_id, dx)",
      "lesion_id,image_id,dx,dx_type,age,sex,localization\nHAM_1,a,bkl,histo,80.0,male,scalp\n", ["a": "BKL"]
    ),
    (
      "ISIC Archive's layout (isic_id, diagnosis_1, diagnosis_2, …)",
      "isic_id,attribution,age_approx,diagnosis_1,diagnosis_2,diagnosis_3,diagnosis_4,sex\n"
        + "a,X,45,Benign,Benign melanocytic proliferations,Nevus,\"Nevus, NOS, Compound\",male\n"
        + "b,X,45,Malignant,Malignant melanocytic proliferations (Melanoma),Melanoma Invasive,,\n"
        + "c,X,,Indeterminate,Indeterminate melanocytic proliferations,,,\nd,X,,,,,,\n"
        + "e,X,,Benign,Benign epidermal proliferations,Porokeratosis,,\n",
      ["a": "NV", "b": "MEL", "e": "OTHER"]
    ),
    (
      "ISIC Archive's layout (isic_id, diagnosis)", "isic_id,diagnosis,benign_malignant\na,melanoma,malignant\n",
      ["a": "MEL"]
    ),
    (
      "ISIC 2018's layout (image, MEL, NV, …)",
      "image,MEL,NV,BCC,AKIEC,BKL,DF,VASC\na,0.0,1.0,0.0,0.0,0.0,0.0,0.0\nb,0.0,0.0,0.0,1.0,0.0,0.0,0.0\n",
      ["a": "NV", "b": "AKIEC"]
    ),
    (
      "ISIC 2019's layout (image, MEL, NV, …)",
      "image,MEL,NV,BCC,AK,BKL,DF,VASC,SCC,UNK\na,1,0,0,0,0,0,0,0,0\nb,0,0,0,0,0,0,0,1,0\nc,0,0,0,0,0,0,0,0,1\n",
      ["a": "MEL", "b": "SCC"]
    ),
    (
      "ISIC 2020's layout (image_name, diagnosis, target)",
      "image_name,patient_id,sex,age_approx,anatom_site_general_challenge,diagnosis,benign_malignant,target\n"
        + "a,IP_1,male,45.0,head/neck,unknown,benign,0\nb,IP_1,male,45.0,torso,melanoma,malignant,1\n"
        + "c,IP_2,female,50.0,torso,nevus,benign,0\nd,IP_3,,,,nevus,malignant,1\n",
      ["b": "MEL", "c": "NV"]
    ),
    (
      "PH2's layout (Name, Histological Diagnosis, Clinical Diagnosis)",
      "||   Name || Histological Diagnosis || Clinical Diagnosis || Asymmetry | Pigment Network ||  Colors ||\r\n"
        + "|| a ||                        ||                  0 ||         0 |               T ||    4 ||\r\n"
        + "|| b ||               Melanoma ||                  2 ||         2 |              AT || 3  4 ||\r\n"
        + "|| c ||                        ||                  1 ||         2 |              AT || 3  4 ||\r\n\r\n"
        + "Legends for Clinical Diagnosis: \r\n   0 - Common Nevus;\r\n   2 - Melanoma.\r\n",
      ["a": "NV", "b": "MEL", "c": "NV"]
    ),
    (
      "PH2's layout (Image Name, Histological Diagnosis, Common Nevus, …)",
      "PH2 database;;;;\n;;;;\nImage Name;Histological Diagnosis;Common Nevus;Atypical Nevus;Melanoma;Asymmetry\n"
        + "a;;X;;;0\nb;Lentigo Maligna;;;X;2\nc;;;X;;1\n",
      ["a": "NV", "b": "MEL", "c": "NV"]
    ),
    (
      "BCN20000's layout (bcn_filename, diagnosis)",
      "bcn_filename,age_approx,anatom_site_general,diagnosis,lesion_id,capture_date,sex,split\n"
        + "a.jpg,55.0,anterior torso,MEL,BCN_0003884,2012-05-16,male,train\nb.jpg,,,AK,,,,train\n",
      ["a": "MEL", "b": "AKIEC"]
    ),
    (
      "Derm7pt's layout (derm, diagnosis)",
      "case_num,diagnosis,seven_point_score,location,sex,management,clinic,derm,case_id,notes\n"
        + "1,basal cell carcinoma,0,abdomen,female,excision,NEL/NEL025.JPG,NEL/a.jpg,,\n"
        + "2,melanoma (less than 0.76 mm),3,back,male,excision,NEL/x.jpg,NEL/b.jpg,,\n"
        + "3,miscellaneous,0,back,male,none,NEL/y.jpg,NEL/c.jpg,,\n",
      ["a": "BCC", "b": "MEL", "c": "OTHER"]
    ),
    (
      "PAD-UFES-20's layout (img_id, diagnostic)",
      "patient_id,lesion_id,smoke,age,fitspatrick,region,diagnostic,itch,img_id,biopsed\n"
        + "PAT_1516,1765,,8,,ARM,NEV,FALSE,a.png,FALSE\nPAT_46,881,FALSE,55,3.0,NECK,ACK,TRUE,b.png,TRUE\n",
      ["a": "NV", "b": "AKIEC"]
    ),
  ]

  @Test(arguments: files)
  func `public layouts are recognised by their header`(
    _ layout: String, _ text: String, _ codes: [String: String]
  ) throws {
    let labels = try labels(Array(text.utf8))
    #expect(labels.layout.description == layout)
    #expect(labels.byImage.mapValues(\.code) == codes)
  }

  @Test func `a layout of another data set is a line, and is recognised by its columns`() throws {
    let text = "photo,finding,reader\na.png,nevus,x\nb.png,melanoma,y\n"
    #expect(
      reason(text)
        == "l.csv, line 1: no column names the image (looked for image, image_id, isic_id, image_name, img_id, "
        + "bcn_filename, filename, file_name, …), and none says the diagnosis (looked for dx, diagnosis, diagnosis_1 … "
        + "diagnosis_5, diagnostic, target, a column for each of MEL, NV, …); found photo, finding, reader. Name it "
        + "with --image-column and --label-column")
    let new = KnownLayout("Somebody", image: "photo", diagnosis: "finding", beside: ["reader"])
    func labels(_ text: String) throws -> Labels {
      try Labels(bytes: Array(text.utf8), name: "l.csv", choice: ColumnChoice(), layouts: KnownLayout.all + [new])
    }
    #expect(try labels(text).byImage.mapValues(\.code) == ["a": "NV", "b": "MEL"])
    #expect(try labels(text).layout.description == "Somebody's layout (photo, finding)")
    #expect(try labels("photo,finding\na,nv\n").layout.description == "columns of its own (photo, finding)")
    #expect(try labels(Self.files[0].1).layout.description == Self.files[0].0)
  }

  @Test func `what the layout knows besides comes along`() throws {
    func metadata(_ index: Int, _ image: String) throws -> ClinicalMetadata? {
      try labels(Array(Self.files[index].1.utf8)).metadata(ofImageNamed: image)
    }
    #expect(try metadata(6, "a.jpg") == ClinicalMetadata(patient: "IP_1", site: "head/neck", sex: "male", age: 45))
    #expect(
      try metadata(9, "a.jpg") == ClinicalMetadata(lesion: "BCN_0003884", site: "anterior torso", sex: "male", age: 55))
    #expect(try metadata(10, "b.jpg") == ClinicalMetadata(lesion: "2", site: "back", sex: "male"))
    #expect(
      try metadata(11, "b.jpg")
        == ClinicalMetadata(lesion: "881", patient: "PAT_46", site: "NECK", age: 55, skinType: "III"))
  }

  @Test func `words that map to nothing, and diagnoses left open, are counted by name`() throws {
    let text = "image_id,diagnosis\na,purple spot\nb,purple spot\nc,unknown\nd,\ne,clear cell acanthoma\nf,nevus\n"
    let labels = try labels(Array(text.utf8))
    #expect(labels.unmapped == ["purple spot": 2] && labels.open == ["unknown": 1, "": 1])
    #expect(
      labels.label(ofImageNamed: "e.jpg") == ImageLabel(code: "OTHER", attribute: "clear cell acanthoma", line: 6))
    let match = LabelMatch(labels, images: ["e.jpg", "f.jpg", "x.jpg"])
    #expect(
      match.line
        == "l.csv: columns of its own (image_id, diagnosis), 2 labels; 2 of 3 images have one; words that map to no "
        + "code: purple spot 2; no definite diagnosis: (empty) 1, unknown 1")
    #expect(match.fault == nil)
  }

  @Test func `labels of none of the images are a fault that says why`() throws {
    func fault(_ text: String) throws -> String? {
      LabelMatch(try labels(Array(text.utf8)), images: ["a.png"]).fault?.description
    }
    #expect(
      try fault("Image,Dx\nISIC_1,nv\n")
        == "l.csv: none of its 1 labels is of any of the 1 images (a label is called ISIC_1, "
        + "an image a.png); --allow-unlabelled reads on without")
    #expect(try fault("Image,Dx\r")?.contains("there is no label in it, only a header") == true)
    #expect(
      try fault("Image,Dx\na,purple\n")?.contains(
        "no label in it can be understood; words that map to no code: purple 1") == true)
    #expect(try fault("Image,Dx\na,nv\n") == nil)
  }

  @Test func `an ambiguous header is refused with what was found`() {
    #expect(
      reason("image_id,isic_id,dx,diagnosis\na,b,nv,mel\n")
        == "l.csv, line 1: which columns are meant? Found image_id, isic_id could name the image, and dx; or diagnosis could "
        + "say the diagnosis; looked for one of each. Name them with --image-column and --label-column")
    #expect(reason("image_id,dx,diagnosis\na,nv,mel\n", ColumnChoice(label: "diagnosis")) == nil)
    #expect(
      reason("image_id,dx,diagnosis\na,nv,mel\n", ColumnChoice(image: "none"))
        == "l.csv, line 1: there is no column none; found image_id, dx, diagnosis")
  }

  @Test func `columns of one's own can be named`() throws {
    let text = "Foto;Befund;Alter\r\nx/a.jpg;N\u{E6}vus;45\r\nb.jpg;Melanoma;50\r\n;;\r\n"
    let labels = try labels(Array(text.utf8), ColumnChoice(image: "foto", label: "Befund"))
    #expect(labels.byImage.mapValues(\.code) == ["b": "MEL"] && labels.unmapped == ["N\u{E6}vus": 1])
    #expect(
      labels.layout.description == "columns of its own (Foto, Befund)" && labels.writing == "separated by semicolons")
  }

  @Test func `fields may be separated by bars without a frame of them`() throws {
    let labels = try labels(Array("Image|Dx|Lesion attributes\na|nv|\n".utf8))
    #expect(labels.byImage.mapValues(\.code) == ["a": "NV"] && labels.writing == "separated by bars")
  }

  @Test func `probabilities are no ground truth, and two codes at once none either`() throws {
    let header = "image,MEL,NV,BCC,AKIEC,BKL,DF,VASC\n"
    #expect(
      reason(header + "a,0.693147,0.2,0.1,0.0,0.0,0.0,0.0\n")
        == "l.csv, line 2: MEL is 0.693147: a probability, where a ground truth has 0 or 1")
    #expect(reason(header + "a,x,0,0,0,0,0,0\n") == "l.csv, line 2: MEL is x, where a ground truth has 0 or 1")
    let both = try labels(Array((header + "a,1,1,0,0,0,0,0\n").utf8))
    #expect(
      both.contradicted == ["a"] && both.remarks == ["l.csv, line 2: a is MEL and NV at once; it counts as unlabelled"])
  }

  private static let text = "Image;Dx;Lesion attributes;;\r\na;nv;\"caf\u{E9}; blau\";;\r\nb;mel;;;\r\n;;;;\r\n"
  private static let units = Array("\u{FEFF}".utf16) + Array(text.utf16)

  @Test(
    arguments: [
      Array(text.utf8), [0xEF, 0xBB, 0xBF] + Array(text.utf8), Array(("sep=;\r\n" + text).utf8),
      Array(text.replacing("\r\n", with: "\r").utf8), Array(text.replacing("\r\n", with: "\n").utf8),
      Array(text.replacing(";", with: "\t").replacing("caf\u{E9}\t", with: "caf\u{E9};").utf8),
      units.flatMap { [UInt8($0 & 0xFF), UInt8($0 >> 8)] }, units.flatMap { [UInt8($0 >> 8), UInt8($0 & 0xFF)] },
      text.unicodeScalars.map { UInt8($0.value) },
    ] as [[UInt8]])
  func `files are read as spreadsheets write them`(_ bytes: [UInt8]) throws {
    let labels = try labels(bytes)
    #expect(labels.byImage.mapValues(\.code) == ["a": "NV", "b": "MEL"])
    #expect(labels.label(ofImageNamed: "a.png")?.attribute == "caf\u{E9}; blau")
  }
}

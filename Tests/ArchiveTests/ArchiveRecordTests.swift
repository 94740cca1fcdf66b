import Testing

@testable import Archive

@Suite(.timeLimit(.minutes(10))) struct ArchiveRecordTests {
  @Test(
    arguments: [
      ("Melanoma, NOS", "mel"), ("Malignant melanocytic proliferations (Melanoma)", "mel"), ("Lentigo maligna", "mel"),
      ("Nevus", "nv"), ("Blue nevus", "nv"), ("Basal cell carcinoma", "bcc"), ("Seborrheic keratosis", "bkl"),
      ("Pigmented benign keratosis", "bkl"), ("Lichen planus-like keratosis", "bkl"), ("Solar lentigo", "bkl"),
      ("Solar or actinic keratosis", "akiec"), ("Squamous cell carcinoma in situ, Bowen's disease", "akiec"),
      ("Squamous cell carcinoma, Invasive", "scc"), ("Dermatofibroma", "df"), ("Angioma", "vasc"),
      ("Benign melanocytic proliferations", nil), ("Benign", nil), ("Indeterminate", nil), ("", nil),
    ] as [(String, String?)])
  func `a diagnosis gets its code by the classes of HAM10000`(_ diagnosis: String, _ code: String?) {
    #expect(ArchiveRecord.code(ofDiagnosis: diagnosis) == code)
  }

  @Test func `the seed's 99 images are 99 identifiers`() {
    guard case .identifiers(let names) = ImageChoice.seed99 else { return #expect(Bool(false)) }
    #expect(names.count == 99 && Set(names).count == 99)
    #expect(names.allSatisfy { ArchiveRecord.isIdentifier($0) })
  }

  @Test func `a list may have comments, blank lines, repeats and foreign line ends`() throws {
    let text = "\u{FEFF}# mine\r\nISIC_0000001\r\n\r\n ISIC_0000002 # a nevus\nISIC_0000001\n"
    #expect(try ImageChoice.listed(in: text, name: "x") == .identifiers(["ISIC_0000001", "ISIC_0000002"]))
  }

  @Test(arguments: ["ISIC_1", "../../etc", "ISIC_00000010", "ISIC_000000x", "ISIC_000000١"])
  func `what is no identifier is refused with its line`(_ word: String) {
    #expect(throws: ArchiveFault.badList(name: "l", line: 2, reason: "no ISIC identifier, such as ISIC_0024306")) {
      try ImageChoice.listed(in: "ISIC_0000001\n\(word)\n", name: "l")
    }
  }

  @Test func `an empty list is refused`() {
    #expect(throws: ArchiveFault.badList(name: "l", line: nil, reason: "names no image")) {
      try ImageChoice.listed(in: "# nothing\n", name: "l")
    }
  }

  @Test(arguments: [
    ("plain", "plain"), ("a, b", "\"a, b\""), ("say \"x\"", "\"say \"\"x\"\"\""), ("=cmd()", "'=cmd()"),
    ("a\nb", "\"a\nb\""),
  ])
  func `a field cannot break its table or become a formula`(_ text: String, _ field: String) {
    #expect(DatasetPull.field(text) == field)
  }
}

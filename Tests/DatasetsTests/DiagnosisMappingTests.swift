import Testing

@testable import Datasets

@Suite struct DiagnosisMappingTests {
  private func code(_ words: String) -> String? { DiagnosisMapping.meaning(of: words)?.code }

  @Test(
    arguments: [
      ("nevus", "nv"), ("Naevi", "nv"), ("NEV", "nv"), ("Nevus, NOS, Compound", "nv"), ("atypical-nevus", "nv"),
      ("Clark's nevus", "nv"), ("melanoma", "mel"), ("Melanoma, NOS", "mel"), ("Melanoma Invasive", "mel"),
      ("melanoma (less than 0.76 mm)", "mel"), ("Lentigo maligna", "mel"), ("basal cell carcinoma", "bcc"),
      ("BCC", "bcc"),
      ("seborrheic keratosis", "bkl"), ("Seborrhoeic keratoses", "bkl"), ("solar lentigo", "bkl"), ("SEK", "bkl"),
      ("Lichen planus-like keratosis", "bkl"), ("Solar or actinic keratosis", "akiec"), ("ACK", "akiec"),
      ("AK", "akiec"),
      ("Squamous cell carcinoma in situ, Bowen's disease", "akiec"), ("squamous cell carcinoma", "scc"),
      ("Dermatofibroma", "df"), ("vascular lesion", "vasc"), ("other", "other"), ("lentigo NOS", "other"),
      ("Café-au-lait macule", "other"), ("epidermal nevus", "other"), ("Indeterminate", "-"), ("unknown", "-"),
      ("Benign melanocytic proliferations", "-"), ("AIMP", "-"), ("purple spot", nil), ("", nil), ("nevus?", nil),
      ("nevus or melanoma", nil), ("Benign:Benign melanocytic proliferations:Nevus:Blue nevus", "nv"),
    ] as [(String, String?)])
  func `a diagnosis in words gets its code, and unknown words none`(_ words: String, _ code: String?) {
    #expect(self.code(words) == code)
  }

  private func paths(_ code: String) -> [String] {
    DiagnosisMapping.taxonomy.filter { $0.meaning.code == code }.map(\.path)
  }

  @Test func `ISIC's taxonomy counts by its places, all 418 of them`() {
    #expect(DiagnosisMapping.taxonomy.count == 418)
    #expect(Set(DiagnosisMapping.taxonomy.map(\.path)).count == 418)
    #expect(paths("nv").count == 32 && paths("nv").allSatisfy { $0.contains("melanocytic proliferations:Nevus") })
    #expect(paths("vasc").count == 34 && paths("vasc").allSatisfy { $0.hasPrefix("Benign:") })
    #expect(paths("mel").count == 29 && paths("mel").allSatisfy { $0.contains("(Melanoma)") })
    #expect(paths("bcc").count == 10 && paths("bkl").count == 5 && paths("df").count == 6)
    #expect(paths("akiec").count == 8 && paths("scc").count == 33)
    for entry in DiagnosisMapping.taxonomy {
      #expect(DiagnosisMapping.meaning(ofLevels: entry.levels) == entry.meaning, "\(entry.path)")
      #expect(DiagnosisMapping.meaning(of: entry.path) == entry.meaning, "\(entry.path)")
    }
  }

  @Test(arguments: [
    "Benign:Flat melanotic pigmentations - not melanocytic nevus:Lentigo NOS",
    "Benign:Flat melanotic pigmentations - not melanocytic nevus:Cafe au lait macule or patch",
    "Benign:Benign epidermal proliferations:Epidermal nevus", "Benign:Benign epidermal proliferations:Porokeratosis",
    "Benign:Benign adnexal epithelial proliferations - Sebaceous:Nevus sebaceus",
    "Benign:Benign adnexal epithelial proliferations - Follicular:Nevus comedonicus",
    "Malignant:Malignant soft tissue proliferations - Vascular:Kaposi sarcoma",
    "Malignant:Malignant soft tissue proliferations - Vascular:Angiosarcoma cutaneous",
    "Malignant:Lymphocytic proliferations - B-Cell:Intravascular large B-cell lymphoma",
  ])
  func `a word inside a diagnosis decides nothing`(_ path: String) {
    #expect(code(path) == "other")
  }

  @Test func `what a newer taxonomy adds counts as its branch, and a level left out does no harm`() {
    func code(_ levels: String...) -> String? { DiagnosisMapping.meaning(ofLevels: levels)?.code }
    #expect(code("Benign", "Benign melanocytic proliferations", "Nevus", "Nevus, Of a new kind") == "nv")
    #expect(code("Benign", "Benign melanocytic proliferations", "A new kind") == "-")
    #expect(code("Malignant", "Melanoma, NOS") == "mel")
    #expect(code("Malignant", "", "Melanoma, NOS") == "mel")
    #expect(code("Nevus") == "nv")
    #expect(code("Malignant", "Nevus") == "-", "a nevus is no malignant diagnosis: its place is unknown")
    #expect(code("Strange", "Nevus") == nil)
    #expect(code() == nil)
  }
}

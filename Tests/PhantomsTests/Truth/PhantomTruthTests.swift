import Testing

@testable import Phantoms

@Suite struct PhantomTruthTests {
  // Sources/Dermoscopy/Protocols/extended.json.
  static let values: [String: [String]] = [
    "Architecture": ["round", "oval", "irregular"],
    "Network": ["yes", "no"],
    "Structures": ["dots", "globules", "streaks", "none"],
    "Colors": [
      "light brown", "dark brown", "blue-gray", "brown", "black", "white", "red", "pink", "tan", "gray", "blue",
      "yellow",
      "orange", "purple",
    ],
    "Vessels": ["arborizing", "dotted", "linear", "none"],
    "Regression": ["yes", "no"],
    "Keratosis": ["yes", "no"],
  ]

  @Test func `every answer is made of the protocol's words, each once, and none stands alone`() {
    let generator = PhantomGenerator(seed: 11)
    for index in 0..<24 {
      let truth = generator.phantom(index, width: 64, height: 48).truth
      for question in PhantomTruth.questions {
        let words = truth.value(for: question).split(separator: ", ").map(String.init)
        #expect(!words.isEmpty)
        #expect(Set(words).count == words.count)
        #expect(words.allSatisfy { Self.values[question]?.contains($0) == true }, "\(question): \(words)")
        #expect(!words.contains("none") || words.count == 1)
      }
    }
  }

  @Test func `a question that the protocol does not have has no answer`() {
    let truth = PhantomGenerator(seed: 1).phantom(0, width: 32, height: 32).truth
    #expect(truth.value(for: "Age") == "")
    #expect(truth.value(for: "colors") == "")
  }

  @Test func `words are told in the protocol's way`() {
    let truth = PhantomTruth(
      architecture: "oval", network: true, structures: ["dots", "streaks"], colors: ["black", "red"], vessels: [],
      regression: false, keratosis: true, code: "BKL")
    #expect(
      PhantomTruth.questions.map { truth.value(for: $0) } == [
        "oval", "yes", "dots, streaks", "black, red", "none", "no", "yes",
      ])
  }
}

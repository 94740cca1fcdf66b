import Testing

@testable import Dermoscopy

@Suite struct RepeatFinderTests {
  @Test(
    arguments: [
      "abcabcabc", "the the the ", "no, no, no, ", "aaaaaaaaa", ".........", "!!!!!!!!!!!!", "---------",
      "<eos><eos><eos>",
      "It is brown. It is brown. It is brown. ", "ends with xyzxyzxyz", "éàüéàüéàü",
      "0123456789012345678012345678901234567801234567890123456 78",
    ].dropLast() + [String(repeating: "0123456789abcdefghi", count: 3), "word\nword\nword\n"])
  func `a unit of three to nineteen characters three times running is a repeat`(_ text: String) {
    #expect(RepeatFinder.containsRepeat(text))
  }

  @Test(arguments: [
    "", "abcabc", "abababab", "no, no, no", "ababab", "aaaaaaaa", "The border is irregular and the network atypical.",
    String(repeating: " ", count: 40), String(repeating: "\n", count: 40), "abcabcabxabcabc",
    String(repeating: "0123456789abcdefghij", count: 3), "light brown, dark brown, brown",
  ])
  func `anything else is none`(_ text: String) {
    #expect(!RepeatFinder.containsRepeat(text))
  }

  /// The rule as it is written, without any thought for speed.
  static func naive(_ text: String) -> Bool {
    let scalars = Array(text.unicodeScalars)
    for length in 3...19 where scalars.count >= 3 * length {
      for start in 0...(scalars.count - 3 * length) {
        let unit = scalars[start..<start + length]
        if unit.allSatisfy({ $0.properties.isWhitespace }) { continue }
        if unit.elementsEqual(scalars[start + length..<start + 2 * length]),
          unit.elementsEqual(scalars[start + 2 * length..<start + 3 * length])
        {
          return true
        }
      }
    }
    return false
  }

  @Test func `the quick way finds what the slow way finds`() {
    var random = SeededGenerator(7)
    var found = 0
    for round in 0..<4000 {
      let letters = Array(["ab", "ab ", " \n", "abc. ", "aé", "no, "][round % 6].unicodeScalars)
      var text = String(scalars: (0..<random.below(30)).map { _ in letters[random.below(letters.count)] })
      if round % 3 == 0 {
        let unit = (0..<1 + random.below(21)).map { _ in letters[random.below(letters.count)] }
        text += String(repeating: String(scalars: unit), count: 3) + "b"
      }
      let expected = Self.naive(text)
      if expected { found += 1 }
      #expect(RepeatFinder.containsRepeat(text) == expected, "\(text.debugDescription)")
    }
    #expect(found > 500 && found < 3500)
  }

  @Test(arguments: ["The border of this lesion is irregular and its network atypical. ", " ", "aaaaaaaa ", "abcdefg"])
  func `time grows with the text's length`(_ piece: String) {
    #expect(TimeComplexity.isLinear(of: piece) { _ = RepeatFinder.containsRepeat($0) })
  }
}

import Testing

@testable import Dermoscopy

/// To which notes a review objects.
@Suite struct ReviewReadingTests {
  @Test(arguments: [
    ("Consistent notes: shape, pigment network, structures. Inconsistent notes: colors.", ["Colors"]),
    ("All notes are consistent with the image. The border is regular.", []),
    ("The shape does not match the image, but the colors are consistent.", ["Architecture"]),
    ("The pigment network contradicts what is visible.", ["Network"]),
    ("No note is inconsistent with the image.", []),
    ("The notes do not agree with the image.", ["Architecture", "Network", "Structures", "Colors"]),
    ("None of the notes is wrong. The structures are not clearly visible.", []),
    ("The note that the lesion is irregular is incorrect.", ["Architecture"]),
    ("Colours and structures disagree with the picture.", ["Colors", "Structures"]),
    ("There is no regression, and the match is good.", []),
    ("", []),
  ])
  func `an objection is to the notes that its clause names`(_ text: String, _ expected: [String]) throws {
    let readingProtocol = try ReadingProtocol.builtin(named: "seed")
    let reading = ReviewReading(text, readingProtocol: readingProtocol)
    let values = ["Architecture": "irregular", "Network": "yes", "Structures": "dots, globules", "Colors": "black"]
    let objected = readingProtocol.questions.filter { reading.objects(to: $0, value: values[$0.id] ?? "") }.map(\.id)
    #expect(Set(objected) == Set(expected))
  }
}

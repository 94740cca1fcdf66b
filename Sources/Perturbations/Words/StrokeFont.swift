/// Capital letters, digits and a few signs as lines, four units wide and six high, from the upper left.
///
/// Our own, so that a printed word has the same pixels on every machine: libvips draws text with whatever fonts are installed.
/// Each letter is a list of lines, each line a list of points "xy".
enum StrokeFont {
  static let height = 6.0
  static let width = 4.0
  /// From one letter to the next.
  static let advance = 5.5
  /// From one line of text to the next.
  static let lineAdvance = 9.0
  /// Half the width of a line.
  static let radius = 0.42

  private static let letters: [Character: String] = [
    "A": "06 20 46,14 34", "B": "00 06 36 45 44 33 03,00 30 41 42 33", "C": "41 30 10 01 05 16 36 45",
    "D": "00 06 26 44 42 20 00", "E": "40 00 06 46,03 33", "F": "40 00 06,03 33",
    "G": "41 30 10 01 05 16 36 45 43 23", "H": "00 06,40 46,03 43", "I": "10 30,20 26,16 36",
    "J": "40 45 36 16 05", "K": "00 06,40 03 46", "L": "00 06 46", "M": "06 00 23 40 46", "N": "06 00 46 40",
    "O": "10 01 05 16 36 45 41 30 10", "P": "06 00 30 41 42 33 03", "Q": "10 01 05 16 36 45 41 30 10,24 46",
    "R": "06 00 30 41 42 33 03,23 46", "S": "41 30 10 01 02 13 33 44 45 36 16 05", "T": "00 40,20 26",
    "U": "00 05 16 36 45 40", "V": "00 26 40", "W": "00 16 23 36 40", "X": "00 46,40 06", "Y": "00 23 40,23 26",
    "Z": "00 40 06 46", "0": "10 01 05 16 36 45 41 30 10,32 14", "1": "11 20 26,16 36",
    "2": "01 10 30 41 42 06 46", "3": "01 10 30 41 42 33 13,33 44 45 36 16 05", "4": "36 30 04 44",
    "5": "40 00 03 33 44 45 36 06", "6": "40 20 02 05 16 36 45 44 33 03", "7": "00 40 16",
    "8": "10 01 02 13 33 42 41 30 10,13 04 05 16 36 45 44 33", "9": "06 26 44 41 30 10 01 02 13 43", "-": "03 43",
    ".": "26 26", "%": "40 06,00 11,35 46", ":": "22 22,25 25", "/": "40 06",
  ]

  /// Characters that can be printed, besides the space; small letters are printed as capitals.
  static func has(_ character: Character) -> Bool {
    character == " " || character.uppercased().allSatisfy { letters[$0] != nil }
  }

  /// The lines of one character, in its own units.
  static func lines(of character: Character) -> [[SIMD2<Float>]] {
    guard let text = letters[Character(character.uppercased())] else { return [] }
    return text.split(separator: ",").map { line in
      line.split(separator: " ").compactMap { point in
        guard let x = point.first?.wholeNumberValue, let y = point.last?.wholeNumberValue else { return nil }
        return SIMD2(Float(x), Float(y))
      }
    }
  }
}

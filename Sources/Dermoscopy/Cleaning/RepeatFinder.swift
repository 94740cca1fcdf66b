/// Finds degenerate output: the same few characters repeated again and again.
public struct RepeatFinder: Sendable {
  /// How many characters (Unicode scalars) the repeated unit has: the seed's rule.
  public static let unitLengths = 3...19
  /// How often the unit occurs in a row.
  public static let repetitions = 3

  /// Whether a unit of 3 to 19 characters occurs three times in a row anywhere.
  ///
  /// The rule is applied literally: nine equal letters or full stops are a unit of three, three times, and "no, no, no,
  /// " repeats a unit of four. Only a unit of white space does not count, because that is layout.
  ///
  /// It takes linear time: for each unit length, one pass counts for how long each character has equalled the one a
  /// unit further on.
  public static func containsRepeat(_ text: String) -> Bool {
    let scalars = text.unicodeScalars.map(\.value)
    return scalars.withUnsafeBufferPointer { scalars in
      unitLengths.contains { length in repeats(scalars, unitOf: length) }
    }
  }

  private static func repeats(_ scalars: UnsafeBufferPointer<UInt32>, unitOf length: Int) -> Bool {
    let needed = length * (repetitions - 1)
    guard scalars.count >= length + needed else { return false }
    var equal = 0
    for index in 0..<scalars.count - length {
      guard scalars[index] == scalars[index + length] else {
        equal = 0
        continue
      }
      equal += 1
      // Every later unit of the same run is a rotation of this one, so once is enough to see what it is made of.
      if equal == needed, !isBlank(scalars, from: index + 1, count: length) { return true }
    }
    return false
  }

  private static func isBlank(_ scalars: UnsafeBufferPointer<UInt32>, from start: Int, count: Int) -> Bool {
    (start..<start + count).allSatisfy { Unicode.Scalar(scalars[$0])?.isBlank ?? false }
  }
}

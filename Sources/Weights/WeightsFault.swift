import Faults

/// A weights file that cannot be used: missing, broken, of another kind, or not matching its companion.
///
/// Its description is one line, whatever the file holds: names taken from a file are shortened and escaped by
/// `quoted(_:)` before they get here.
public struct WeightsFault: Fault, Equatable {
  /// The file's path as the caller gave it.
  public let path: String
  /// What is wrong, and where in the file.
  public let reason: String

  /// Always unusable weights (exit status 78).
  public var kind: FaultKind { .unusableWeights }
  /// One line: the path, then the reason.
  public var description: String { "\(path): \(reason)" }
}

/// The longest piece of a hostile file's text that a message repeats, in characters.
private let longestQuotation = 60

/// Text from a file, fit for a message: one line, printable, of bounded length, in quotes.
func quoted(_ text: String) -> String {
  var shown = "\""
  for scalar in text.unicodeScalars.prefix(longestQuotation) {
    switch scalar.properties.generalCategory {
    case .control, .format, .lineSeparator, .paragraphSeparator, .unassigned, .privateUse, .surrogate:
      shown += "\\u{\(String(scalar.value, radix: 16))}"
    default:
      shown.unicodeScalars.append(scalar)
    }
  }
  return shown + (text.unicodeScalars.count > longestQuotation ? "…\"" : "\"")
}

/// A count with thousands separated by commas, as in "1,204".
func grouped(_ number: some BinaryInteger) -> String {
  let digits = String(number.magnitude)
  var shown = ""
  for (index, digit) in digits.enumerated() {
    if index > 0, (digits.count - index) % 3 == 0 { shown.append(",") }
    shown.append(digit)
  }
  return (number < 0 ? "-" : "") + shown
}

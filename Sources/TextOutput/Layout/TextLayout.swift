/// Lays out text in the columns of a terminal.
public enum TextLayout {
  /// The text wrapped to a number of columns; a longer word is broken.
  ///
  /// - Parameters:
  ///   - text: words with spaces between them.
  ///   - columns: of a line.
  ///   - prefix: what the first line begins with, without a space behind it.
  public static func wrap(_ text: String, columns: Int, prefix: String = "") -> [String] {
    var lines: [String] = []
    var line = prefix
    var width = prefix.columns
    var hasWord = false
    for word in text.split(separator: " ") {
      let needed = word.columns
      if hasWord, width + 1 + needed <= columns {
        line += " " + word
        width += 1 + needed
        continue
      }
      if hasWord {
        lines.append(line)
        (line, width) = ("", 0)
      }
      for character in word {
        if width > 0, width + character.columns > columns {
          lines.append(line)
          (line, width) = ("", 0)
        }
        line.append(character)
        width += character.columns
      }
      hasWord = true
    }
    if width > 0 { lines.append(line) }
    return lines
  }

  /// A text padded with spaces to a number of columns.
  public static func padded(_ text: String, to columns: Int) -> String {
    text + String(repeating: " ", count: max(columns - text.columns, 0))
  }

  /// A bar for a share from 0 to 1, in eighths of a column (U+2588 to U+258F).
  public static func bar(_ share: Double, columns: Int) -> String {
    let share = share.isNaN ? 0 : min(max(share, 0), 1)
    let eighths = Int((share * Double(columns * 8)).rounded())
    let parts = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"]
    return String(repeating: "█", count: eighths / 8) + parts[eighths % 8]
  }

  /// A share in percent with one digit; a share that is neither 0 nor 1 is never rounded to 0 % or 100 %.
  public static func percent(_ share: Double) -> String {
    switch share {
    case 0: return "0 %"
    case 1: return "100 %"
    case ..<0.001: return "< 0.1 %"
    case 0.9995...: return "> 99.9 %"
    default:
      let tenths = Int((share * 1000).rounded())
      return "\(tenths / 10).\(tenths % 10) %"
    }
  }
}

extension StringProtocol {
  /// Columns in a terminal.
  public var columns: Int { reduce(0) { $0 + $1.columns } }
}

extension Character {
  /// Columns in a terminal: two for East Asian wide characters and emoji (Unicode Standard Annex #11, its main blocks).
  fileprivate var columns: Int {
    guard let scalar = unicodeScalars.first else { return 0 }
    return switch scalar.value {
    case 0x1100...0x115F, 0x2E80...0xA4CF, 0xAC00...0xD7A3, 0xF900...0xFAFF, 0xFE30...0xFE6F, 0xFF00...0xFF60,
      0xFFE0...0xFFE6, 0x1F300...0x1FAFF, 0x20000...0x3FFFD:
      2
    default: 1
    }
  }
}

/// Makes text from outside (file names, answers of models, label files) fit to be shown: a terminal only displays the
/// result, and it stays on its line.
public enum Sanitizer {
  /// Text with `?` in place of line breaks, control characters, and invisible or direction-changing format characters.
  ///
  /// For messages and names, whose other characters stay as they are.
  public static func message(_ text: String) -> String {
    String(String.UnicodeScalarView(text.unicodeScalars.map { $0.isActive ? "?" : $0 }))
  }

  /// Text with `�` in place of each character that has something in it that ``message(_:)`` replaces, or that Unicode does
  /// not assign.
  public static func printable(_ text: some StringProtocol) -> String {
    String(text.map { $0.isPrintable ? $0 : "�" })
  }

  /// Text on one line: what ``printable(_:)`` gives, with single spaces in place of white space and none at the ends.
  public static func line(_ text: String) -> String {
    text.split(whereSeparator: \.isWhitespace).map { printable($0) }.joined(separator: " ")
  }
}

extension Character {
  /// Whether a terminal only displays it: all of it is assigned, and none of it is a control, format or separator character.
  public var isPrintable: Bool { unicodeScalars.allSatisfy(\.isPrintable) }
}

extension Unicode.Scalar {
  /// Whether a terminal may act on it, or a reader not see it: a control or format character or a line separator.
  fileprivate var isActive: Bool {
    switch properties.generalCategory {
    case .control, .format, .lineSeparator, .paragraphSeparator: true
    default: false
    }
  }

  /// Whether a terminal only displays it: it is assigned and no control, format or separator character.
  fileprivate var isPrintable: Bool {
    switch properties.generalCategory {
    case .surrogate, .unassigned: false
    default: !isActive
    }
  }
}

/// Text from a broken or hostile file, for a message: one line, in quotation marks, at most 60 characters, what is not
/// printable as `\u{…}`.
public func quoted(_ text: String) -> String {
  let longest = 60
  var shown = "\""
  for scalar in text.unicodeScalars.prefix(longest) {
    if scalar.isPrintable, scalar.properties.generalCategory != .privateUse {
      shown.unicodeScalars.append(scalar)
    } else {
      shown += "\\u{\(String(scalar.value, radix: 16))}"
    }
  }
  return shown + (text.unicodeScalars.count > longest ? "…\"" : "\"")
}

// A model's text is read by Unicode scalars: what Python, and so the seed, calls a character.

extension Unicode.Scalar {
  var isLetter: Bool {
    isASCII ? (65...90).contains(value) || (97...122).contains(value) : properties.isAlphabetic
  }

  var isDigit: Bool {
    isASCII ? (48...57).contains(value) : properties.generalCategory == .decimalNumber
  }

  var isLetterOrDigit: Bool { isLetter || isDigit }

  /// White space, line ends and control characters: nothing that a reader sees.
  var isBlank: Bool {
    isASCII ? value <= 32 || value == 127 : properties.isWhitespace || properties.generalCategory == .control
  }

  var isLineEnd: Bool {
    switch value {
    case 0x0A, 0x0B, 0x0C, 0x0D, 0x85, 0x2028, 0x2029: true
    default: false
    }
  }

  /// Takes no room on the page and would hide a word from a whole-word search.
  var isInvisible: Bool {
    switch value {
    case 0xAD, 0x200B, 0x2060, 0xFEFF: true
    default: false
    }
  }

  var isApostrophe: Bool {
    switch value {
    case 0x27, 0x2018, 0x2019, 0x2BC: true
    default: false
    }
  }
}

extension String {
  init(scalars: some Sequence<Unicode.Scalar>) {
    var view = String.UnicodeScalarView()
    view.append(contentsOf: scalars)
    self.init(view)
  }

  /// Whether a reader would see nothing.
  var isBlank: Bool { unicodeScalars.allSatisfy { $0.isBlank || $0.isInvisible } }
}

extension RandomAccessCollection where Element == Unicode.Scalar {
  /// Without the blank ends.
  var trimmed: SubSequence {
    guard let first = firstIndex(where: { !$0.isBlank }), let last = lastIndex(where: { !$0.isBlank }) else {
      return self[startIndex..<startIndex]
    }
    return self[first...last]
  }
}

import CVips
import Faults

/// A text as it is drawn: how much of each pixel it covers.
public struct DrawnText: Sendable, Hashable {
  /// How a text looks.
  public struct Style: Sendable, Hashable {
    /// Pixels of an em; a line is about 1.17 of it.
    public var size: Int
    /// Whether it is bold.
    public var isBold: Bool

    /// A style.
    public init(size: Int, isBold: Bool = false) { (self.size, self.isBold) = (size, isBold) }

    /// Pixels from line to line: DejaVu's ascent and descent, each rounded up.
    public var lineHeight: Int { (size * 928 + 999) / 1_000 + (size * 236 + 999) / 1_000 }

    fileprivate var font: String { "DejaVu Sans\(isBold ? " Bold" : "") \(size)" }
  }

  /// The longest text, in characters; what is beyond is left out, and dots say so.
  public static let longest = 4_000

  /// Where its pixels begin, in pixels from the left of the text's frame.
  public let left: Int
  /// Where its pixels begin, in pixels from the top of its first line.
  public let top: Int
  /// Pixels of a row of ``coverage``.
  public let width: Int
  /// Rows of ``coverage``.
  public let height: Int
  /// From 0, not covered, to 255, row by row.
  public let coverage: [UInt8]

  /// The bottom of its last line, in pixels from the top of its first line.
  public func bottom(in style: Style) -> Int {
    max((top + height + style.lineHeight - 1) / style.lineHeight, 1) * style.lineHeight
  }

  /// Draws a text with the system's fonts; `nil` for one that has nothing to draw.
  ///
  /// Control characters are left out. Nothing in a text is understood as markup.
  ///
  /// - Parameters:
  ///   - text: the text; lines are broken at words, and where a word is too long for a line in the word.
  ///   - style: how it looks.
  ///   - width: the frame's width in pixels, at least 1.
  /// - Throws: ``DrawingFault`` when no font is installed.
  public init?(_ text: String, in style: Style, width: Int) throws(DrawingFault) {
    guard Self.areFontsThere else { throw .noFonts }
    let markup = Self.markup(text)
    guard markup.contains(where: { !$0.isWhitespace }) else { return nil }
    guard let drawn = try Self.drawn(markup, style, width: width) else { return nil }
    self = drawn
  }

  /// Pango's markup of a plain text.
  static func markup(_ text: String) -> String {
    let kept = text.count > longest ? text.prefix(longest) + "…" : text[...]
    var markup = ""
    for scalar in kept.unicodeScalars {
      switch scalar {
      case "&": markup += "&amp;"
      case "<": markup += "&lt;"
      case ">": markup += "&gt;"
      case "\n", "\t": markup.unicodeScalars.append(scalar)
      default: if scalar.properties.generalCategory != .control { markup.unicodeScalars.append(scalar) }
      }
    }
    return markup
  }

  /// Draws; `nil` for a text that leaves no trace, such as one of characters without width.
  private static func drawn(_ markup: String, _ style: Style, width: Int) throws(DrawingFault) -> DrawnText? {
    guard let library = VipsLibrary.shared else { throw .failed }
    if let text = library.sharing({ DrawnText(markup, style, width) }) { return text }
    let (text, reason) = library.alone { (DrawnText(markup, style, width), library.reason) }
    guard text != nil || reason == "no text to render" else { throw .failed }
    return text
  }

  private init?(_ markup: String, _ style: Style, _ width: Int) {
    let picture = VipsPicture { dermgemma_vips_text($0, markup, style.font, Int32(clamping: max(width, 1))) }
    guard let picture, picture.bands == 1, let bytes = picture.bytes(), bytes.count == picture.width * picture.height
    else { return nil }
    (left, top) = (Int(vips_image_get_xoffset(picture.pointer)), Int(vips_image_get_yoffset(picture.pointer)))
    (self.width, height, coverage) = (picture.width, picture.height, bytes)
    guard Self.isPlausible(left: left, bottom: top + height, markup, style, width) else { return nil }
  }

  /// Whether a text can lie there: within a line of its frame, and no lower than a line for each character, twice.
  static func isPlausible(left: Int, bottom: Int, _ markup: String, _ style: Style, _ width: Int) -> Bool {
    let line = style.lineHeight
    return (-line...max(width, 1) + line).contains(left)
      && (-line...(markup.unicodeScalars.count + 2) * line * 2).contains(bottom)
  }

  /// Whether fontconfig knows a font: without any, Pango draws boxes, and tells places that it never set.
  private static let areFontsThere = dermgemma_font_count() > 0
}

/// Why a page could not be drawn.
public enum DrawingFault: Fault, Equatable {
  /// No font is installed.
  case noFonts
  /// libvips could not draw.
  case failed

  public var kind: FaultKind { .unavailable }
  public var description: String {
    switch self {
    case .noFonts:
      "A page cannot be drawn: no font is installed. On Debian and Ubuntu: apt-get install fonts-dejavu-core"
    case .failed: "A page cannot be drawn: libvips could not draw its text"
    }
  }
}

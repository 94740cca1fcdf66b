import VisionLanguage

/// A page that is drawn on: boxes, texts, pictures. What lies beyond its edges is left out.
public struct PageCanvas: Sendable {
  /// A colour of sRGB.
  public struct Color: Sendable, Hashable {
    let parts: [UInt8]

    /// A colour by its six hexadecimal digits, such as 0x1F6FB2.
    public init(_ digits: UInt32) {
      parts = [16, 8, 0].map { UInt8(truncatingIfNeeded: digits >> $0) }
    }
  }

  /// Pixels in a row.
  public let width: Int
  /// Rows.
  public let height: Int
  /// Red, green, blue, row by row.
  public private(set) var pixels: [UInt8]

  /// A white page.
  ///
  /// - Parameters:
  ///   - width: pixels in a row, at least 1.
  ///   - height: rows, at least 1.
  public init(width: Int, height: Int) {
    (self.width, self.height) = (max(width, 1), max(height, 1))
    pixels = [UInt8](repeating: 255, count: self.width * self.height * 3)
  }

  /// Fills a box.
  public mutating func fill(left: Int, top: Int, width: Int, height: Int, _ color: Color) {
    for row in max(top, 0)..<max(min(top + height, self.height), max(top, 0)) {
      for column in max(left, 0)..<max(min(left + width, self.width), max(left, 0)) {
        set(column, row, color)
      }
    }
  }

  private mutating func set(_ column: Int, _ row: Int, _ color: Color) {
    let start = (row * width + column) * 3
    for part in 0..<3 { pixels[start + part] = color.parts[part] }
  }

  /// Draws a text whose frame begins at a place.
  public mutating func draw(_ text: DrawnText, left: Int, top: Int, _ color: Color) {
    for row in 0..<text.height {
      let y = top + text.top + row
      guard (0..<height).contains(y) else { continue }
      for column in 0..<text.width {
        let x = left + text.left + column
        let covered = Int(text.coverage[row * text.width + column])
        guard covered > 0, (0..<width).contains(x) else { continue }
        let start = (y * width + x) * 3
        for part in 0..<3 {
          let (under, over) = (Int(pixels[start + part]), Int(color.parts[part]))
          pixels[start + part] = UInt8(clamping: (under * (255 - covered) + over * covered + 127) / 255)
        }
      }
    }
  }

  /// Draws a picture at a place, as it is.
  public mutating func draw(_ picture: PixelImage, left: Int, top: Int) {
    let columns = max(left, 0)..<max(min(left + picture.width, width), max(left, 0))
    guard !columns.isEmpty else { return }
    for row in max(top, 0)..<max(min(top + picture.height, height), max(top, 0)) {
      let from = ((row - top) * picture.width + columns.lowerBound - left) * 3
      let to = (row * width + columns.lowerBound) * 3
      pixels.replaceSubrange(to..<to + columns.count * 3, with: picture.pixels[from..<from + columns.count * 3])
    }
  }
}

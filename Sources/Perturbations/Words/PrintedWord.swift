import Phantoms
import VisionLanguage

/// A word printed into a picture, white with a dark rim so that it can be read on skin and lesion alike.
struct PrintedWord {
  let text: String
  /// Height of a capital letter in parts of the short side.
  let height: Double

  /// Empty space to the picture's border, in parts of the short side.
  private static let margin = 0.03

  /// Prints the word at the lower border, in the middle, in several lines where one is too short.
  func printed(on image: PixelImage) throws(PerturbationFault) -> PixelImage {
    var painter = ArtefactPainter(image, seed: 0)
    let unit = height * ArtefactPainter.shortSide / StrokeFont.height
    let margin = Self.margin * ArtefactPainter.shortSide
    let rows = try wrapped(letters: Int((painter.extent.width - 2 * margin) / unit / StrokeFont.advance + 0.2))
    let block = (Double(rows.count - 1) * StrokeFont.lineAdvance + StrokeFont.height) * unit
    guard block <= painter.extent.height - 2 * margin else { throw .wordDoesNotFit(word: text) }
    let top = painter.extent.height - margin - block
    var lines: [[SIMD2<Float>]] = []
    for (number, row) in rows.enumerated() {
      let length = (Double(row.count) * StrokeFont.advance - (StrokeFont.advance - StrokeFont.width)) * unit
      let left = (painter.extent.width - length) / 2
      for (place, character) in row.enumerated() {
        let origin = SIMD2(
          Float(left + Double(place) * StrokeFont.advance * unit),
          Float(top + Double(number) * StrokeFont.lineAdvance * unit))
        lines += StrokeFont.lines(of: character).map { line in line.map { $0 * Float(unit) + origin } }
      }
    }
    let radius = StrokeFont.radius * unit
    painter.draw(lines, radius: radius * 1.9, red: 20, green: 20, blue: 20)
    painter.draw(lines, radius: radius, red: 250, green: 250, blue: 250)
    return painter.painted()
  }

  /// The text in rows of at most this many letters, broken at spaces.
  private func wrapped(letters: Int) throws(PerturbationFault) -> [String] {
    var rows: [String] = []
    for word in text.split(separator: " ") {
      guard word.count <= letters else { throw .wordDoesNotFit(word: text) }
      if let last = rows.last, last.count + 1 + word.count <= letters {
        rows[rows.count - 1] = last + " " + word
      } else {
        rows.append(String(word))
      }
    }
    return rows
  }
}

import Testing
import VisionLanguage

@testable import Imaging

/// Texts and pages that are drawn.
@Suite struct DrawnTextTests {
  private let style = DrawnText.Style(size: 24)

  @Test func `a text covers pixels within its frame, and breaks at its width`() throws {
    let line = try #require(try DrawnText("An irregular network", in: style, width: 1_000))
    #expect(line.coverage.count == line.width * line.height && line.coverage.max() == 255)
    #expect(line.bottom(in: style) == style.lineHeight)
    let broken = try #require(try DrawnText("An irregular network", in: style, width: 180))
    #expect(broken.left + broken.width <= 180 && broken.bottom(in: style) == 2 * style.lineHeight)
    let word = try #require(try DrawnText(String(repeating: "m", count: 40), in: style, width: 100))
    #expect(word.left + word.width <= 100)
    // Letters without ascenders begin lower, so that all stand on one line.
    let (low, high) = (
      try #require(try DrawnText("no", in: style, width: 99)), try #require(try DrawnText("dl", in: style, width: 99))
    )
    #expect(low.top > high.top && low.top + low.height == high.top + high.height)
  }

  @Test(arguments: ["", " ", "\n\t", "\u{0}\u{7}\u{1B}", "\u{200B}"])
  func `nothing to draw is nothing`(text: String) throws {
    #expect(try DrawnText(text, in: style, width: 100) == nil)
  }

  @Test func `nothing in a text is markup, and its end is told`() throws {
    #expect(DrawnText.markup("a<b>&amp;\u{0}\u{1B}[1m\nc") == "a&lt;b&gt;&amp;amp;[1m\nc")
    #expect(try DrawnText("<span size=\"x\">", in: style, width: 500) != nil)
    let long = DrawnText.markup(String(repeating: "é", count: DrawnText.longest + 5))
    #expect(long.count == DrawnText.longest + 1 && long.hasSuffix("é…"))
  }

  @Test func `a place that no text can have is refused`() throws {
    let word = try #require(try DrawnText("network", in: style, width: 200))
    let places = [(0, 0), (-900_000_000, 20), (900_000_000, 20), (1, -900_000_000), (1, 900_000_000)]
    #expect(
      places.map { DrawnText.isPlausible(left: $0.0, bottom: $0.1, "network", style, 200) } == [
        true, false, false, false, false,
      ])
    #expect(DrawnText.isPlausible(left: word.left, bottom: word.top + word.height, "network", style, 200))
  }

  @Test func `what lies beyond a page's edges is left out`() throws {
    var page = PageCanvas(width: 4, height: 3)
    let red = PageCanvas.Color(0xFF0000)
    page.fill(left: 2, top: -1, width: 9, height: 2, red)
    page.fill(left: -5, top: 9, width: 2, height: 2, red)
    #expect(page.pixels.prefix(12) == [255, 255, 255, 255, 255, 255, 255, 0, 0, 255, 0, 0])
    #expect(page.pixels.dropFirst(12).allSatisfy { $0 == 255 })
    let picture = try PixelImage(width: 2, height: 2, pixels: (0..<12).map { UInt8($0) })
    page.draw(picture, left: 3, top: 2)
    #expect(page.pixels.suffix(6) == [255, 255, 255, 0, 1, 2])
    page.draw(picture, left: -1, top: -1)
    #expect(page.pixels.prefix(3) == [9, 10, 11])
    page.draw(picture, left: 7, top: 7)
    let text = try #require(try DrawnText("mmm", in: style, width: 100))
    page.draw(text, left: -20, top: -10, red)
  }
}

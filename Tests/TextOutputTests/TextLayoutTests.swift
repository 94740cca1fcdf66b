import Testing
import TextOutput

@Suite struct TextLayoutTests {
  @Test func `shares that are not nothing do not look like nothing`() {
    #expect(
      [0, 0.0004, 0.001, 0.5, 0.99951, 1].map(TextLayout.percent) == [
        "0 %", "< 0.1 %", "0.1 %", "50.0 %", "> 99.9 %", "100 %",
      ])
    #expect(TextLayout.bar(0.5, columns: 4) == "██")
    #expect(TextLayout.bar(1.0 / 32, columns: 4) == "▏")
    #expect(TextLayout.bar(.infinity, columns: 2) == "██" && TextLayout.bar(-1, columns: 2) == "")
    #expect(TextLayout.bar(.nan, columns: 2) == "")
  }

  @Test func `words go to the next line where they do not fit, and what fits no line is broken`() {
    #expect(TextLayout.wrap("one two three", columns: 7) == ["one two", "three"])
    #expect(TextLayout.wrap("abcdefgh ij", columns: 3) == ["abc", "def", "gh", "ij"])
    #expect(TextLayout.wrap("漢字 x", columns: 4) == ["漢字", "x"])
    #expect(TextLayout.wrap(" ", columns: 4).isEmpty)
    #expect(TextLayout.wrap("ab cd", columns: 4, prefix: "- ") == ["- ab", "cd"])
  }

  @Test(arguments: [(0, "0"), (999, "999"), (1_204, "1,204"), (-123, "-123"), (-1_234_567, "-1,234,567")])
  func `thousands are set apart`(_ number: Int, _ text: String) {
    #expect(grouped(number) == text)
    #expect(grouped(UInt64.max, by: " ") == "18 446 744 073 709 551 615")
  }

  @Test func `bytes are told in the units of disks`() {
    #expect(ByteCount.text(999) == "999 bytes" && ByteCount.text(4_130_000_000) == "4.13 GB")
    #expect(ByteCount.text(31_000_000) == "31 MB" && ByteCount.text(1_000) == "1 kB")
  }

  @Test func `durations are told in the two units that matter`() {
    #expect(
      [59, 287, 3_904, 36_000].map { DurationText.text($0) } == ["59 s", "4 min 47 s", "1 h 5 min", "10 h 0 min"])
    #expect([65, 3_904].map { DurationText.text($0, padded: true) } == ["1 min 05 s", "1 h 05 min"])
  }
}

import Testing
import TextOutput

@Suite struct SanitizerTests {
  @Test func `nothing that a terminal would act on gets through`() {
    let trick = "a\u{1B}[2J\u{202E}b\u{2028}c\rd\u{9B}31m"
    #expect(Sanitizer.message(trick) == "a?[2J?b?c?d?31m")
    #expect(Sanitizer.printable(trick) == "a�[2J�b�c�d�31m")
    #expect(Sanitizer.line(" a\u{1B}\n\t b\r\nc\u{202E}\u{378} ") == "a� b c��")
    #expect(Sanitizer.message("é 😀 \u{378} ⚑") == "é 😀 \u{378} ⚑")
  }

  @Test func `a quotation stays on its line and is cut`() {
    #expect("\(Quoted("a\nb\u{7}"))" == "\"a�b�\"")
    #expect("\(Quoted(String(repeating: "x", count: 61)))" == "\"" + String(repeating: "x", count: 60) + "…\"")
    #expect(quoted("a\nb\u{E000}é") == #""a\u{a}b\u{e000}é""#)
    #expect(quoted(String(repeating: "x", count: 61)) == "\"" + String(repeating: "x", count: 60) + "…\"")
  }
}

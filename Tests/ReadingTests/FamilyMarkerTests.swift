import Testing
import Weights

@testable import Dermoscopy

/// The cleaning of answers knows the control pieces of every model family: a model may spell them out in its text.
@Suite struct FamilyMarkerTests {
  private func kind(_ marker: String) -> LeakedToken.Kind? {
    LeakedToken.match(in: Array(marker.unicodeScalars), at: 0)?.kind
  }

  @Test func `every piece of a family is removed from text that spells it out`() {
    for family in ModelFamilies.all {
      let (chat, tokenizer) = (family.chat, family.tokenizer)
      for marker in chat.turnMarkers + chat.imageMarkers + tokenizer.otherMarkers {
        #expect(kind(marker) != nil, "\(family.name): \(marker)")
      }
      for marker in chat.endOfTurn { #expect(kind(marker) == .endsTurn, "\(family.name): \(marker)") }
    }
  }

  @Test func `every family's thinking is told from its answer`() {
    for family in ModelFamilies.all {
      for thinking in family.chat.thinking {
        let text = ThinkingText("\(thinking.opens)thought\nIs it?\(thinking.closes)A network.")
        #expect(String(String.UnicodeScalarView(text.answer)).contains("A network."), "\(family.name)")
        #expect(!String(String.UnicodeScalarView(text.answer)).contains("Is it"), "\(family.name)")
      }
    }
  }
}

import TestModels
import Testing
import VisionLanguage

@testable import Dermoscopy

@Suite struct ConstrainedProtocolTests {
  private static let constrained = [("constrained", Optional("true"))]

  @Test func `a protocol may hold answers to their words, and none of the built-in ones does`() throws {
    #expect(try ReadingProtocol(json: document(Self.constrained), name: "x").isConstrained)
    #expect(try !ReadingProtocol(json: document([("constrained", "false")]), name: "x").isConstrained)
    for name in ReadingProtocol.builtinNames { #expect(try !ReadingProtocol.builtin(named: name).isConstrained) }
    #expect { try ReadingProtocol(json: document([("constrained", "1")]), name: "x") } throws: { error in
      "\(error)".contains("constrained: must be true or false, not a number")
    }
  }

  @Test func `questions are held to their values, the code to the choices, and the review to nothing`() async throws {
    let model = ScriptedModel()
    _ = try await ExaminationFixture.examine(with: model, edits: Self.constrained)
    let constraints = model.requests.map(\.constraint)
    #expect(
      constraints == [
        AnswerConstraint(words: ["round", "oval", "irregular"]), AnswerConstraint(words: ["yes", "no"]),
        AnswerConstraint(words: ["dots", "globules", "streaks", "none"], most: 4, alone: "none"),
        constraints[3], nil, AnswerConstraint(words: ["MEL", "NV", "BCC", "BKL"]),
      ])
    #expect(constraints[3]?.most == constraints[3]?.words.count)
  }

  @Test func `without it no request is held to anything`() async throws {
    let model = ScriptedModel()
    _ = try await ExaminationFixture.examine(with: model)
    #expect(model.requests.allSatisfy { $0.constraint == nil })
  }

  @Test func `the grammar is llama.cpp's`() {
    #expect(
      AnswerConstraint(words: ["yes", "no"]).grammar == """
        root ::= [ \\n]? answer
        answer ::= word
        word ::= [yY] "es" | [nN] "o"

        """)
    #expect(
      AnswerConstraint(words: ["dots", "a\"b", "none"], most: 3, alone: "none").grammar == """
        root ::= [ \\n]? answer
        answer ::= [nN] "one" | word (", " word){0,1}
        word ::= [dD] "ots" | [aA] "\\"b"

        """)
    #expect(AnswerConstraint(words: ["MEL"]).grammar.hasSuffix("word ::= \"MEL\"\n"))
  }
}

import Dermoscopy
import Testing

@testable import UseCases

@Suite struct NotesClassificationTests {
  private func refusal(
    _ notes: [String: String], description: String? = nil, protocolNamed name: String = "seed"
  ) throws -> NotesClassification.Refusal? {
    let readingProtocol = try ReadingProtocol.builtin(named: name)
    do throws(NotesClassification.Refusal) {
      _ = try NotesClassification(notes, description: description, seed: 0, by: readingProtocol)
      return nil
    } catch {
      return error
    }
  }

  @Test func `notes in the protocol's words are taken, and what is left out is unclear`() throws {
    let question = try #require(try ReadingProtocol.builtin(named: "seed").questions.first)
    let word = try #require(question.answer.values.first)
    #expect(try refusal([:]) == nil)
    #expect(try refusal([question.id: " \(word)\n"], description: String(repeating: "x", count: 4_000)) == nil)
  }

  @Test func `notes that the protocol does not have are refused`() throws {
    let questions = try ReadingProtocol.builtin(named: "seed").questions
    let question = try #require(questions.first)
    #expect(try refusal(["hue": "blue"]) == .unknownQuestion(asked: questions.map(\.id)))
    let known = question.answer.values + [Observation.unclear]
    #expect(try refusal([question.id: "plaid"]) == .unknownWord(question: question.id, known: known))
    #expect(try refusal([question.id: ""]) == .unknownWord(question: question.id, known: known))
    #expect(try refusal([:], description: String(repeating: "x", count: 4_001)) == .longDescription)
    #expect(try refusal([:], protocolNamed: "direct") == .needsImage)
  }
}

import Dermoscopy
import JSON
import UseCases

/// `ask`: one question to the model, about a picture or without.
enum AskModel {
  /// Characters of a question.
  static let promptLength = 1...4_000
  /// Tokens of an answer.
  static let answerTokens = 1...512
  private static let usualTokens = 128

  static func call(_ call: ToolCall) async throws -> ToolResult {
    let object = try call.arguments.object(
      knowing: ["prompt", "image", "image_base64", "frame", "max_tokens", "temperature", "seed"])
    var question = ModelQuestion(try object.required("prompt").prompt(promptLength))
    question.maxTokens =
      try object.optional("max_tokens").map { node throws(ProtocolFault) in try node.integer(answerTokens) }
      ?? usualTokens
    question.temperature =
      try object.optional("temperature").map { node throws(ProtocolFault) in try node.number(0...2) } ?? 0
    question.seed = UInt32(clamping: try call.seed(object))
    let picture = try await call.picture(object)
    let asked = question
    call.progress(0, 1, "Asking the model")
    let answer = try await call.host.perform(on: picture, for: call.client) { bytes, engine in
      let image = try bytes.flatMap { try picture?.decoded($0) }
      return try await asked.answer(of: engine.examiner.model, by: engine.readingProtocol, seeing: image)
    }
    return ToolResult([
      "answer": .string(answer.text), "image": .text(picture?.name), "tokens": .integer(answer.generatedTokens),
      "stop": .string(answer.stopReason.rawValue),
    ])
  }
}

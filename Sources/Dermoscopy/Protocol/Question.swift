/// One of Phase 1's questions.
public struct Question: Sendable, Hashable {
  /// The name of its observation in the JSON: "Network".
  public let id: String
  /// What people read: "Pigment network".
  public let label: String
  /// What the model is asked while it looks at the image.
  public let prompt: String
  /// What an answer may be.
  public let answer: AnswerForm
}

extension Question {
  init(_ node: DocumentNode) throws(ProtocolFault) {
    let object = try node.object(knowing: ["id", "label", "prompt", "answer"])
    id = try object.required("id").identifier()
    label = try object.required("label").line(ProtocolLimits.labelLength)
    prompt = try PromptTemplate(try object.required("prompt"), placeholders: []).source
    answer = try AnswerForm(try object.required("answer"))
  }
}

/// Phase 2: the observations compared with the image, and what else there is to see.
public struct Review: Sendable, Hashable {
  /// What the model is asked while it looks at the image.
  public let prompt: PromptTemplate
  /// A description without any of these compares nothing.
  public let comparisonWords: [String]
  /// A description without any of these adds nothing.
  public let additionalWords: [String]
}

extension Review {
  init(_ node: DocumentNode, hasQuestions: Bool) throws(ProtocolFault) {
    let object = try node.object(knowing: ["prompt", "comparison_words", "additional_words"])
    prompt = try PromptTemplate(try object.required("prompt"), placeholders: hasQuestions ? [.observations] : [])
    comparisonWords = try object.required("comparison_words").words()
    additionalWords = try object.required("additional_words").words()
  }
}

extension DocumentNode {
  /// A list of words and phrases to look for.
  func words() throws(ProtocolFault) -> [String] {
    try distinct(ProtocolLimits.words) { node throws(ProtocolFault) in try node.word() }
  }
}

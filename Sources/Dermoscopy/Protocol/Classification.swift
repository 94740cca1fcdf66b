import TextOutput

/// Phase 3: how one of the codes is chosen.
public struct Classification: Sendable, Hashable {
  /// Who chooses.
  public enum Method: Sendable, Hashable {
    /// The model writes a code; the fallback is used when it writes none.
    case model(fallback: LesionCode)
    /// The first rule that matches; if none does, the model writes one of the choices.
    case rules([Rule], choices: [LesionCode], fallback: LesionCode)
    /// The most probable code with the image in view.
    case scored
  }

  /// Who chooses.
  public let method: Method
  /// The codes that may come out, in the document's order.
  public let codes: [LesionCode]
  /// What the model is asked.
  public let prompt: PromptTemplate
}

/// A code that follows from observations alone.
public struct Rule: Sendable, Hashable {
  /// The rule's name; the diagnosis says `rule:<id>`.
  public let id: String
  /// For each question named, the words of which the observation must have at least one.
  public let conditions: [String: Set<String>]
  /// The code that follows.
  public let code: LesionCode

  /// Whether every condition holds.
  ///
  /// - Parameter words: the words of a question's observation.
  public func holds(for words: (_ question: String) -> Set<String>) -> Bool {
    conditions.allSatisfy { question, listed in !listed.isDisjoint(with: words(question)) }
  }
}

extension Classification {
  private enum MethodName: String, CaseIterable {
    case model, rules, scored
  }

  private static func keys(of method: MethodName) -> [String] {
    switch method {
    case .model: ["method", "codes", "fallback", "prompt"]
    case .rules: ["method", "codes", "rules", "choices", "fallback", "prompt"]
    case .scored: ["method", "codes", "prompt"]
    }
  }

  init(_ node: DocumentNode, questions: [Question], hasReview: Bool) throws(ProtocolFault) {
    let name = try node.object().required("method").choice(of: MethodName.self)
    let object = try node.object(knowing: Self.keys(of: name))
    let codes = try object.required("codes").distinct(ProtocolLimits.codes) { node throws(ProtocolFault) in
      try node.choice(of: LesionCode.self)
    }
    self.codes = codes

    func code(_ node: DocumentNode) throws(ProtocolFault) -> LesionCode {
      let code = try node.choice(of: LesionCode.self)
      guard codes.contains(code) else { throw node.fault("\(code.rawValue) is not among the codes") }
      return code
    }

    switch name {
    case .model:
      method = .model(fallback: try code(object.required("fallback")))
    case .rules:
      let list = try object.required("rules")
      let rules = try list.elements(ProtocolLimits.rules).map { node throws(ProtocolFault) in
        try Rule(node, questions: questions, code: code)
      }
      try list.checkDistinct(rules.map(\.id), what: "rule")
      method = .rules(
        rules, choices: try object.required("choices").distinct(1...ProtocolLimits.codes.upperBound, code),
        fallback: try code(object.required("fallback")))
    case .scored:
      method = .scored
    }

    var placeholders: [PromptTemplate.Placeholder] = []
    if name != .scored {
      if !questions.isEmpty { placeholders.append(.observations) }
      if hasReview { placeholders.append(.description) }
    }
    prompt = try PromptTemplate(try object.required("prompt"), placeholders: placeholders)
  }
}

extension Rule {
  fileprivate init(
    _ node: DocumentNode, questions: [Question], code: (DocumentNode) throws(ProtocolFault) -> LesionCode
  ) throws(ProtocolFault) {
    let object = try node.object(knowing: ["id", "when", "code"])
    id = try object.required("id").identifier()
    let when = try object.required("when")
    let children = try when.object().children
    try when.check(children.count, within: 1...ProtocolLimits.questions.upperBound)
    var conditions: [String: Set<String>] = [:]
    for (name, node) in children {
      guard let question = questions.first(where: { $0.id == name }) else {
        throw node.fault("there is no question \(Quoted(name))")
      }
      let known = question.answer.values + [Observation.unclear]
      conditions[name] = Set(
        try node.distinct(ProtocolLimits.values) { node throws(ProtocolFault) in
          let word = try node.word()
          guard known.contains(word) else { throw node.fault("\(Quoted(word)) is not among the question's values") }
          return word
        })
    }
    self.conditions = conditions
    self.code = try code(object.required("code"))
  }
}

extension DocumentNode {
  /// Refuses a list in which a name occurs twice.
  package func checkDistinct(_ ids: [String], what: String) throws(ProtocolFault) {
    var seen: Set<String> = []
    for id in ids where !seen.insert(id).inserted { throw fault("there are two \(what)s \(Quoted(id))") }
  }
}

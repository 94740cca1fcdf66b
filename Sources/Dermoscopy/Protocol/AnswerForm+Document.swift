import TextOutput

extension AnswerForm.Kind: CaseIterable {
  /// All kinds, in the order in which a message lists them.
  public static var allCases: [AnswerForm.Kind] { [.one, .yesNo, .many] }
}

extension AnswerForm {
  init(_ node: DocumentNode) throws(ProtocolFault) {
    let object = try node.object(knowing: ["kind", "values", "none", "synonyms"])
    let kind = try object.required("kind").choice(of: Kind.self)
    let listed = try object.required("values")
    let values = try listed.distinct(ProtocolLimits.values) { node throws(ProtocolFault) in try node.word() }
    if kind == .yesNo, values != ["yes", "no"] { throw listed.fault("must be [\"yes\", \"no\"] for yes_no") }

    var none: String?
    if let node = object.optional("none") {
      guard kind == .many else { throw node.fault("is only for answers of the kind many") }
      let word = try node.word()
      guard values.contains(word) else { throw node.fault("\(Quoted(word)) is not among the values") }
      none = word
    }

    var synonyms: [String: String] = [:]
    if let node = object.optional("synonyms") {
      let children = try node.object().children
      try node.check(children.count, within: ProtocolLimits.synonyms)
      for (key, node) in children {
        let word = try DocumentNode(value: .string(key), document: node.document, place: node.place).word()
        let value = try node.word()
        guard values.contains(value) else { throw node.fault("\(Quoted(value)) is not among the values") }
        guard !values.contains(word) else { throw node.fault("\(Quoted(word)) is a value itself") }
        synonyms[word] = value
      }
    }
    self.init(kind: kind, values: values, none: none, synonyms: synonyms)
  }
}

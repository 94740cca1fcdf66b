extension ExaminationReport {
  /// The report without what was written and without what it came from: what is left is small, for tables of many.
  public var answer: ExaminationReport {
    var answer = self
    (answer.text, answer.engine, answer.description, answer.observations) = ("", "", nil, Observations([]))
    answer.readingProtocol = ProtocolReference(id: "", version: "", digest: "")
    answer.model = Model(name: "", weights: nil, projector: nil)
    return answer
  }
}

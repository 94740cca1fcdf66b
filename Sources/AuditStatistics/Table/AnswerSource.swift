/// Where a table's answers are.
enum AnswerSource: Sendable {
  case memory([AuditAnswer])
  case disk(AnswerSpool)

  /// An answer by its place, from 0.
  ///
  /// - Parameter withWords: whether its words are needed.
  func answer(_ index: Int, withWords: Bool = true) -> AuditAnswer? {
    switch self {
    case .memory(let answers): answers.indices.contains(index) ? answers[index] : nil
    case .disk(let spool): spool.answer(index, withWords: withWords)
    }
  }

  /// Calls a function with each answer, perhaps without its words, and its place.
  func forEach(_ body: (Int, AuditAnswer) -> Void) {
    switch self {
    case .memory(let answers): for (index, answer) in answers.enumerated() { body(index, answer) }
    case .disk(let spool):
      var index = 0
      spool.forEach(withWords: false) {
        body(index, $0)
        index += 1
      }
    }
  }
}

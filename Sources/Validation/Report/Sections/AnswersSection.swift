import Dermoscopy

/// How often each answer was given, counted while rows are streamed, so that no row needs to be kept.
struct AnswersSection: Sendable {
  private struct Question: Sendable {
    var name: String
    var total = 0
    var answers: [String: Int] = [:]
  }

  /// More different answers than these are counted together.
  private static let mostAnswers = 200
  private static let shownAnswers = 8
  private static let mostQuestions = 40

  private var questions: [Question] = []
  private var flags: [QualityFlag: Int] = [:]
  private var images = 0

  mutating func count(_ row: ReportRow) {
    images += 1
    for flag in row.flags { flags[flag, default: 0] += 1 }
    for answer in row.answers { count(answer.value, of: answer.name) }
    if let code = row.code { count(code.rawValue, of: "Code") }
  }

  /// An image that could not be read.
  mutating func countFailure() { images += 1 }

  private mutating func count(_ answer: String, of name: String) {
    let place = questions.firstIndex { $0.name == name } ?? questions.count
    if place == questions.count {
      guard place < Self.mostQuestions else { return }
      questions.append(Question(name: name))
    }
    questions[place].total += 1
    let isKnown = questions[place].answers[answer] != nil || questions[place].answers.count < Self.mostAnswers
    questions[place].answers[isKnown ? answer : "other answers", default: 0] += 1
  }

  var markup: Markup {
    guard !questions.isEmpty || !flags.isEmpty else { return .none }
    var charts = questions.map { question in
      chart(question.name, question.answers.map { ($0.key, $0.value) }, of: question.total)
    }
    let raised = QualityFlag.allCases.compactMap { flag in flags[flag].map { (flag.words, $0) } }
    if !raised.isEmpty { charts.append(chart("Flags", raised, of: images)) }
    return """
      <section aria-labelledby="answers">
      <h2 id="answers">Answers</h2>
      <div class="charts">\(charts.joined())</div>
      </section>

      """
  }

  private func chart(_ name: String, _ answers: [(String, Int)], of total: Int) -> Markup {
    let ordered = answers.sorted { ($1.1, $0.0) < ($0.1, $1.0) }
    var shown = Array(ordered.prefix(Self.shownAnswers))
    let rest = ordered.dropFirst(Self.shownAnswers)
    if !rest.isEmpty { shown.append(("\(rest.count) further answers", rest.reduce(0) { $0 + $1.1 })) }
    let rows = shown.map { answer, count -> Markup in
      let share = total > 0 ? Double(count) / Double(total) : 0
      return """
        <li><span class="answer"><bdi>\(answer)</bdi></span><span class="number">\(NumberFormat.count(count))</span>\
        <span class="number share">\(NumberFormat.percent(share))</span>\(Bar(share: share, name: "plain").markup)</li>
        """
    }
    return "<div class=\"chart\"><h3>\(name)</h3><ol>\(rows.joined())</ol></div>"
  }
}

/// A share as a bar.
struct Bar {
  var share: Double
  /// The class that colours it.
  var name: String

  var markup: Markup {
    let width = min(max(share.isNaN ? 0 : share, 0), 1) * 100
    return """
      <svg class="bar" viewBox="0 0 100 4" preserveAspectRatio="none" aria-hidden="true">\
      <rect class="track" width="100" height="4"/><rect class="\(name)" width="\(width)" height="4"/></svg>
      """
  }
}

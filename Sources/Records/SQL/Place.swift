/// A row's place in a list that is read from its newest row on.
struct Place {
  enum List: String {
    case runs = "r"
    case examinations = "e"
  }

  var list: List
  var number: Int64

  init(list: List, number: Int64) {
    self.list = list
    self.number = number
  }

  init(_ cursor: RecordCursor, in list: List) throws(RecordFault) {
    guard cursor.text.hasPrefix(list.rawValue), let number = Int64(cursor.text.dropFirst(), radix: 36), number > 0
    else { throw .badCursor(cursor.text) }
    self.init(list: list, number: number)
  }

  var cursor: RecordCursor { RecordCursor(list.rawValue + String(number, radix: 36)) }

  /// A page's limit within what is allowed.
  static func clamped(_ limit: Int) -> Int { min(max(limit, 1), RecordLimits.page) }

  /// A page of at most `limit` of the rows found, of which one more was asked for.
  static func page<Element>(
    of found: [(number: Int64, element: Element)], limit: Int, in list: List
  ) -> RecordPage<Element> {
    let shown = found.prefix(limit)
    let next = found.count > limit ? shown.last.map { Place(list: list, number: $0.number).cursor } : nil
    return RecordPage(elements: shown.map(\.element), next: next)
  }
}

import Dermoscopy
import Foundation
import JSON

/// JSON that is kept as text.
enum JSONText {
  static func array(_ strings: [String]) throws(RecordFault) -> String {
    do { return try OrderedJSON.line(strings) } catch { throw .unkeepable(reason: "\(error)") }
  }

  static func strings(_ json: String) -> [String]? {
    try? JSONDecoder().decode([String].self, from: Data(json.utf8))
  }

  /// - Throws: `unkeepable` unless the text is one JSON object.
  static func requireObject(_ json: String, called name: String) throws(RecordFault) {
    let value = try? JSONSerialization.jsonObject(with: Data(json.utf8))
    guard value is [String: Any] else { throw .unkeepable(reason: "its \(name) are not a JSON object") }
  }

  /// The same JSON without line breaks, which stand between its tokens only.
  static func onOneLine(_ json: String) -> String {
    String(decoding: json.utf8.map { $0 == 10 || $0 == 13 ? 32 : $0 }, as: UTF8.self)
  }
}

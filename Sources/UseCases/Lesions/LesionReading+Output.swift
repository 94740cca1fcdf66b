import Dermoscopy
import JSON

extension LesionReading: Encodable {
  private enum CodingKeys: String, CodingKey {
    case lesion, diagnosis, disagreement, views
  }

  private struct Head: Encodable {
    let id: String
    let grouping: String
    let views: Int
    let failed: Int
    let repeats: Int

    enum CodingKeys: String, CodingKey {
      case id
      case grouping = "grouped_by"
      case views, failed, repeats
    }
  }

  private struct Failed: Encodable {
    struct Image: Encodable { let name: String }
    struct Failure: Encodable {
      let status: Int32
      let message: String
    }
    let image: Image
    let error: Failure
  }

  /// Writes the lesion, its combined diagnosis, how far its views disagree, and each view as `analyze --json` prints it.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    let read = views.count { $0.report != nil }
    try container.encode(
      Head(
        id: id, grouping: grouping, views: views.count, failed: views.count - read, repeats: read - counted.count),
      forKey: .lesion)
    var diagnosis = container.nestedContainer(keyedBy: JSONKey.self, forKey: .diagnosis)
    try diagnosis.encode(code, forKey: JSONKey("code"))
    try diagnosis.encode(code == nil ? nil : "views", forKey: JSONKey("method"))
    try diagnosis.encode(probabilities, forKey: JSONKey("probabilities"))
    var disagreement = container.nestedContainer(keyedBy: JSONKey.self, forKey: .disagreement)
    let votes = votes
    var codes = disagreement.nestedContainer(keyedBy: JSONKey.self, forKey: JSONKey("codes"))
    for code in LesionCode.allCases { try codes.encodeIfPresent(votes[code], forKey: JSONKey(code.rawValue)) }
    try disagreement.encode(dissent, forKey: JSONKey("dissent"))
    try disagreement.encode(spread, forKey: JSONKey("largest_distance"))
    var list = container.nestedUnkeyedContainer(forKey: .views)
    for view in views {
      if let report = view.report {
        try list.encode(report)
      } else {
        let failure = view.failure
        try list.encode(
          Failed(
            image: .init(name: view.name),
            error: .init(status: failure?.status ?? 70, message: failure?.message ?? "not read")))
      }
    }
  }
}

import Dermoscopy
import Foundation
import Records

/// Examinations that were kept.
extension Application {
  /// Entries of a page of the history unless a client says otherwise, and at most.
  private static let page = (usual: 50, longest: 200)

  var historyRoutes: [Route] {
    [
      Route("/api/examinations", [.get: .later { [self] in try await examinations($0) }]),
      Route(
        "/api/examinations/{examination_id}",
        [.get: .later { [self] in try await examination($0) }, .delete: .later { [self] in try await forget($0) }]),
    ]
  }

  private func opened() throws -> any RecordStore {
    guard let store = historySeat.records else {
      throw Problem.unavailable("no_records", "No history is kept here.", retryAfter: nil)
    }
    return store
  }

  private func examinations(_ request: HTTPRequest) async throws -> HTTPResponse {
    let (query, limit, match) = try query(of: request)
    var cursor = request.target.query("cursor").map { RecordCursor($0) }
    var found: [KeptExamination] = []
    do {
      // Whether code and truth agree is not in the database's index: pages are read until enough are found.
      repeat {
        let page = try await opened().examinations(matching: query, limit: limit, after: cursor)
        found += page.elements.filter { entry in match.map { $0 == entry.agrees } ?? true }
        cursor = page.next
      } while found.isEmpty && cursor != nil
    } catch RecordFault.badCursor {
      throw Problem.unprocessable("bad_parameter", "The cursor is none of ours.")
    }
    let document = Page(examinations: found.map(Entry.init), next: cursor?.text)
    return .json(try OrderedJSON.line(document)).with("Cache-Control", "no-store")
  }

  private func query(of request: HTTPRequest) throws -> (RecordQuery, limit: Int, match: Bool?) {
    var query = RecordQuery()
    let target = request.target
    func bool(_ name: String) throws -> Bool? {
      switch target.query(name) {
      case nil: nil
      case "1", "true": true
      case "0", "false": false
      default: throw Problem.unprocessable("bad_parameter", "\(name) must be true or false.")
      }
    }
    func choice<Value>(_ name: String, _ read: (String) -> Value?) throws -> Value? {
      guard let text = target.query(name) else { return nil }
      guard let value = read(text) else {
        throw Problem.unprocessable("bad_parameter", "\(name) is none that there is.")
      }
      return value
    }
    query.imageName = target.query("image")
    query.code = try choice("code") { LesionCode(rawValue: $0) }
    query.flag = try choice("flag") { QualityFlag(rawValue: $0) }
    query.isClean = try bool("clean")
    let text = target.query("limit")
    guard let limit = text.map({ Int($0) }) ?? Self.page.usual, (1...Self.page.longest).contains(limit) else {
      throw Problem.unprocessable("bad_parameter", "limit must be a whole number from 1 to \(Self.page.longest).")
    }
    return (query, limit, try bool("match"))
  }

  private func examination(_ request: HTTPRequest) async throws -> HTTPResponse {
    guard let id = RecordID(request.parameter("examination_id")), let kept = try await opened().examination(id) else {
      throw Problem.notFound("There is no such examination.")
    }
    return .json(try OrderedJSON.line(Entry(kept))).with("Cache-Control", "no-store")
  }

  private func forget(_ request: HTTPRequest) async throws -> HTTPResponse {
    guard let id = RecordID(request.parameter("examination_id")),
      try await opened().delete(examinations: [id]) > 0
    else { throw Problem.notFound("There is no such examination.") }
    return HTTPResponse(204)
  }

  private struct Page: Encodable {
    let examinations: [Entry]
    let next: String?

    enum CodingKeys: String, CodingKey { case examinations, next }

    func encode(to encoder: any Encoder) throws {
      var container = encoder.container(keyedBy: CodingKeys.self)
      try container.encode(examinations, forKey: .examinations)
      try container.encode(next, forKey: .next)
    }
  }

  private struct Entry: Encodable {
    let kept: KeptExamination

    init(_ kept: KeptExamination) { self.kept = kept }

    enum CodingKeys: String, CodingKey { case id, finished, examination, error }

    func encode(to encoder: any Encoder) throws {
      var container = encoder.container(keyedBy: CodingKeys.self)
      try container.encode(kept.id.text, forKey: .id)
      try container.encode(kept.finished.formatted(.iso8601), forKey: .finished)
      try container.encode(kept.report, forKey: .examination)
      try container.encode(kept.failure, forKey: .error)
    }
  }
}

extension KeptExamination {
  /// Whether the code is the true one; `nil` where one of them is not known.
  fileprivate var agrees: Bool? {
    guard let truth = report?.groundTruth, let code = report?.diagnosis?.code else { return nil }
    return truth.agrees(with: code)
  }
}

import Dermoscopy
import Foundation
import JSON
import Records

/// Examinations that were kept.
extension Application {
  /// Entries of a page of the history unless a client says otherwise, and at most.
  private static let page = (usual: 50, longest: 200)

  var historyRoutes: [Route] {
    [
      Route("/api/examinations", [.get: .later { [self] in try await examinations($0) }]),
      // Before the next: no examination has this id.
      Route("/api/examinations/delete", [.post: .later(.accepted([.json])) { [self] in try await forgetMany($0) }]),
      Route(
        "/api/examinations/{examination_id}/protocol", [.get: .later { [self] in try await protocolDocument($0) }]),
      Route(
        "/api/examinations/{examination_id}",
        [.get: .later { [self] in try await examination($0) }, .delete: .later { [self] in try await forget($0) }]),
    ]
  }

  /// The history's database.
  ///
  /// - Throws: `Problem` 503 where there is none.
  func opened() throws -> any RecordStore {
    guard let store = history.store else {
      throw Problem.unavailable("no_records", "This server keeps no history.", retryAfter: nil)
    }
    return store
  }

  private func examinations(_ request: HTTPRequest) async throws -> HTTPResponse {
    let (query, limit) = try query(of: request)
    let cursor = request.target.query("cursor").map { RecordCursor($0) }
    let page: RecordPage<StoredExamination>
    do {
      page = try await opened().examinations(matching: query, limit: limit, after: cursor)
    } catch RecordFault.badCursor {
      throw Problem.unprocessable("bad_parameter", "The cursor is not valid.")
    } catch RecordFault.cancelled {
      throw CancellationError()
    }
    let document = Page(examinations: page.elements.map(Entry.init), next: page.next?.text)
    return .json(try OrderedJSON.line(document)).with("Cache-Control", "no-store")
  }

  private func query(of request: HTTPRequest) throws -> (RecordQuery, limit: Int) {
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
        throw Problem.unprocessable("bad_parameter", "\(name) is not a known value.")
      }
      return value
    }
    query.imageName = target.query("image")
    query.code = try choice("code") { LesionCode(rawValue: $0) }
    query.flag = try choice("flag") { QualityFlag(rawValue: $0) }
    query.isClean = try bool("clean")
    query.agrees = try bool("match")
    let text = target.query("limit")
    guard let limit = text.map({ Int($0) }) ?? Self.page.usual, (1...Self.page.longest).contains(limit) else {
      throw Problem.unprocessable("bad_parameter", "limit must be a whole number from 1 to \(Self.page.longest).")
    }
    return (query, limit)
  }

  private func forget(_ request: HTTPRequest) async throws -> HTTPResponse {
    guard let id = RecordID(request.parameter("examination_id")),
      try await opened().delete(examinations: [id]) > 0
    else { throw Problem.notFound("There is no such examination.") }
    return HTTPResponse(204)
  }

  private struct Choice: Decodable { var ids: [String] }

  /// Many at once, because the database is rewritten once for all of them.
  private func forgetMany(_ request: HTTPRequest) async throws -> HTTPResponse {
    guard case .bytes(let bytes) = request.body else { throw Problem.badRequest("A body is missing.") }
    let choice = try StrictJSON.decode(Choice.self, from: bytes, keys: ["ids"])
    let most = settings.limits.examinationsDeletedAtOnce
    guard (1...most).contains(choice.ids.count) else {
      throw Problem.unprocessable("bad_body", "ids must name 1 to \(most) examinations.")
    }
    // Text that is not an id names nothing, like the id of a deleted examination.
    let count = try await opened().delete(examinations: choice.ids.compactMap { RecordID($0) })
    return .json(try OrderedJSON.line(["deleted": count])).with("Cache-Control", "no-store")
  }

  /// The protocol document of an examination, as it was then.
  private func protocolDocument(_ request: HTTPRequest) async throws -> HTTPResponse {
    guard let id = RecordID(request.parameter("examination_id")), let kept = try await opened().examination(id) else {
      throw Problem.notFound("There is no such examination.")
    }
    guard let text = try await opened().run(kept.run)?.provenance.protocolText else {
      throw Problem.notFound("Its protocol's document was not stored.")
    }
    return .json(text).with("Cache-Control", "no-store")
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

  /// An examination as the API's JSON has it.
  struct Entry: Encodable {
    let kept: StoredExamination

    init(_ kept: StoredExamination) { self.kept = kept }

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

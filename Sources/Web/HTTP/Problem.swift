import JSON

/// Why a request is refused or failed, as RFC 9457 spells it.
///
/// It reveals no internals: a failure that the client cannot fix has only an id, which is also in the log.
struct Problem: Error, Sendable {
  /// A word for programs: `not_found`, `queue_full`, ….
  let reason: String
  let status: Int
  let title: String
  /// One sentence for the person.
  let detail: String
  /// Seconds after which it is worth trying again.
  var retryAfter: Int?
  /// The job that it is about.
  var job: String?
  /// Further header fields.
  var fields: [(name: String, value: String)] = []
  /// What only the log gets.
  var cause: String?

  init(_ status: Int, _ reason: String, _ title: String, _ detail: String) {
    self.status = status
    self.reason = reason
    self.title = title
    self.detail = detail
  }

  /// The answer to the request of an id.
  func response(id: String) -> HTTPResponse {
    let document = Document(
      title: title, status: status, detail: detail, reason: reason, id: id, job: job, retryAfter: retryAfter)
    var response = HTTPResponse(status, body: .bytes(Array(((try? OrderedJSON.line(document)) ?? "{}").utf8)))
    response.fields = [("Content-Type", "application/problem+json"), ("Cache-Control", "no-store")] + fields
    if let retryAfter { response.fields.append(("Retry-After", String(retryAfter))) }
    return response
  }

  private struct Document: Encodable {
    let type = "about:blank"
    let title: String
    let status: Int
    let detail: String
    let reason: String
    let id: String
    let job: String?
    let retryAfter: Int?

    enum CodingKeys: String, CodingKey {
      case type, title, status, detail, reason, id
      case job = "job_id"
      case retryAfter = "retry_after"
    }

    func encode(to encoder: any Encoder) throws {
      var container = encoder.container(keyedBy: CodingKeys.self)
      try container.encode(type, forKey: .type)
      try container.encode(title, forKey: .title)
      try container.encode(status, forKey: .status)
      try container.encode(detail, forKey: .detail)
      try container.encode(reason, forKey: .reason)
      try container.encode(id, forKey: .id)
      try container.encodeIfPresent(job, forKey: .job)
      try container.encodeIfPresent(retryAfter, forKey: .retryAfter)
    }
  }
}

extension Problem {
  static func badRequest(_ detail: String) -> Problem { Problem(400, "bad_request", "Bad request", detail) }

  static func notFound(_ detail: String = "Nothing was found here.") -> Problem {
    Problem(404, "not_found", "Not found", detail)
  }

  static func notAllowed(_ allowed: [String]) -> Problem {
    var problem = Problem(
      405, "method_not_allowed", "Method not allowed", "Use \(allowed.joined(separator: ", ")) here.")
    problem.fields = [("Allow", allowed.joined(separator: ", "))]
    return problem
  }

  static func tooLarge(limit: Int) -> Problem {
    Problem(413, "too_large", "Content too large", "At most \(limit) bytes are accepted here.")
  }

  static func unsupportedType(_ detail: String) -> Problem {
    Problem(415, "unsupported_type", "Unsupported media type", detail)
  }

  static func unprocessable(_ reason: String, _ detail: String) -> Problem {
    Problem(422, reason, "Unprocessable content", detail)
  }

  static func busy(_ reason: String, _ detail: String, retryAfter: Int) -> Problem {
    var problem = Problem(429, reason, "Too many requests", detail)
    problem.retryAfter = retryAfter
    return problem
  }

  static func unavailable(_ reason: String, _ detail: String, retryAfter: Int?) -> Problem {
    var problem = Problem(503, reason, "Service unavailable", detail)
    problem.retryAfter = retryAfter
    return problem
  }

  /// Something that the client can do nothing about.
  static func `internal`(_ cause: any Error) -> Problem {
    var problem = Problem(
      500, "internal", "Internal error", "Something went wrong here. The server's log has it under this id.")
    problem.cause = "\(cause)"
    return problem
  }
}
